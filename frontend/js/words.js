/** What the page says of connection, models and trainer, in plain words. Pure functions of what is known. */

/** @typedef {import('./connection.js').Link} Link */
/** @typedef {import('./protocol.js').Trainer} Trainer */
/** @typedef {import('./protocol.js').Model} Model */

/**
 * @param {Link} link
 * @param {{readonly now: number, readonly roundTrip: number | null, readonly served: number | null}} known `served`
 *   families, null before the service has said
 */
export function stateWords(link, { now, roundTrip, served }) {
  switch (link.phase) {
    case 'connecting':
      return 'connecting';
    case 'lost':
      return `lost, trying again in ${Math.max(1, Math.ceil((link.retryAt - now) / 1000))} s; your drawing is kept`;
    case 'ended':
      return `closed by the service (${link.reason || link.code}); reload the page to try again`;
    case 'open':
      if (served === null) return 'connecting';
      if (served === 0) return 'live, but no model is served yet';
      return roundTrip === null ? 'live' : `live, ${milliseconds(roundTrip)}`;
  }
}

/** `a 7`, `an 8`. @param {number} digit */
export function aDigit(digit) {
  return digit === 8 ? 'an 8' : `a ${digit}`;
}

/** @param {number} ms */
export function milliseconds(ms) {
  return `${ms < 10 ? Math.max(ms, 0.1).toFixed(1) : Math.round(ms)} ms`;
}

/**
 * `20261121T034500Z-1f2e3d` as `0345-1f2e3d`: the time of day and the hash tell versions apart.
 * @param {string} version
 */
export function shortVersion(version) {
  const parts = /^\d{8}T(\d{4})\d{2}Z-([0-9a-f]+)$/.exec(version);
  return parts ? `${parts[1]}-${parts[2]}` : version;
}

/**
 * @param {{readonly family: string, readonly model: string}} model
 * @param {boolean} justLearnt
 */
export function modelWords({ family, model }, justLearnt) {
  const name = `${family} ${shortVersion(model)}`;
  return justLearnt ? `now ${name}, just learnt` : name;
}

/** @param {Trainer | null} trainer */
export function trainerWords(trainer) {
  if (!trainer) return 'no trainer has reported yet';
  const { state, new_drawings, needed, family, version } = trainer;
  switch (state) {
    case 'waiting':
      return `${new_drawings} of ${needed} new drawings until the next training`;
    case 'training':
      return `learning from ${drawings(new_drawings)}`;
    case 'published':
      return `published ${named(family, version)}; ${new_drawings} of ${needed} new drawings until the next training`;
    case 'refused':
      return `refused its last challenger; ${new_drawings} of ${needed} new drawings until the next training`;
  }
}

/**
 * @param {string | null | undefined} family
 * @param {string | null | undefined} version
 */
function named(family, version) {
  return [family, version && shortVersion(version)].filter(Boolean).join(' ') || 'a model';
}

/** @param {import('./protocol.js').Counts} counts */
export function countWords({ yours, total }) {
  return `${whole(yours)} of ${whole(total)} kept drawing${total === 1 ? ' is' : 's are'} yours.`;
}

/** @param {number} count */
function drawings(count) {
  return `${whole(count)} new drawing${count === 1 ? '' : 's'}`;
}

/** @param {number} count */
export function whole(count) {
  return count.toLocaleString('en');
}

/** @param {number} share 0 to 1 */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/** @param {string} version */
export function whenMade(version) {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})/.exec(version);
  return parts ? `${parts[1]}-${parts[2]}-${parts[3]} ${parts[4]}:${parts[5]} UTC` : version;
}
