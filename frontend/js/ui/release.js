/** Checks that what the page loads later is of the page's own release, and follows another release. */

const RELOADED = 'midstroke.reloaded'; // in the history's state: the release for which the page was reloaded last

export class OtherRelease extends Error {}

/**
 * Call it once something is loaded: all of it is of this page's release if the service still has that one.
 * @throws {OtherRelease}
 */
export async function checkRelease() {
  const own = document.head.dataset.release;
  if (own === undefined) return; // another server's copy of the page, as in tests
  let served;
  try {
    const answer = await fetch('page.json', { cache: 'no-store' });
    if (!answer.ok) return;
    served = (await answer.json()).version;
  } catch {
    return; // no connection: what was loaded is the browser's copy of this release
  }
  if (served !== own) throw new OtherRelease(served);
}

/**
 * Loads the whole page again in the release that is served now; its drawing is kept. Once for each: behind a balancer two
 * releases may answer in turn.
 * @param {OtherRelease} other
 * @returns {boolean} whether it is reloaded
 */
export function follow(other) {
  if (history.state?.[RELOADED] === other.message) return false;
  history.replaceState({ ...history.state, [RELOADED]: other.message }, '');
  location.reload();
  return true;
}
