/** Describes connection, models and trainer in words. Pure functions. */

/** @typedef {import('../connection/connection.js').Link} Link */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */
/** @typedef {import('../connection/protocol.js').Model} Model */

/**
 * @param {Link} link
 * @param {{readonly now: number, readonly roundTrip: number | null, readonly served: number | null}} known `served`
 *   families, null before the service has answered
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
 * `20261121T034500Z-1f2e3d` as `of 21 Nov, 03:45`, in the reader's own time; another name as it is.
 * @param {string} version
 */
export function versionWords(version) {
  const made = madeAt(version);
  if (!made) return version;
  return `of ${made.toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })}`;
}

/**
 * @param {{readonly family: string, readonly model: string}} model
 * @param {boolean} isNew
 */
export function modelWords({ family, model }, isNew) {
  const name = `${family} ${versionWords(model)}`;
  return isNew ? `now ${name}; new` : name;
}

/** @param {Trainer | null} trainer */
export function trainerWords(trainer) {
  if (!trainer) return 'no training program has reported yet';
  const { state, new_drawings, family, version } = trainer;
  switch (state) {
    case 'waiting':
      return nextTraining(trainer);
    case 'training':
      return `training on ${drawings(new_drawings)}`;
    case 'published':
      return `published ${named(family, version)}; ${nextTraining(trainer)}`;
    case 'refused':
      return `the last new model was not published; ${nextTraining(trainer)}`;
  }
}

/** @param {Trainer} trainer */
function nextTraining({ new_drawings, needed, new_validation = 0, filtered = 0 }) {
  const missing = needed - new_drawings;
  if (missing <= 0) return 'the next training starts soon';
  const uncounted = [new_validation && `${whole(new_validation)} for testing`, filtered && `${whole(filtered)} filtered out`];
  const why = uncounted.filter(Boolean).join(', ');
  return `${whole(missing)} more drawing${missing === 1 ? '' : 's'} until the next training${why && `; not counted: ${why}`}`;
}

/**
 * @param {string | null | undefined} family
 * @param {string | null | undefined} version
 */
function named(family, version) {
  return [family, version && versionWords(version)].filter(Boolean).join(' ') || 'a model';
}

/** @param {import('../connection/protocol.js').Counts} counts */
export function countWords({ yours, total }) {
  return `${whole(yours)} of ${whole(total)} stored drawing${total === 1 ? ' is' : 's are'} yours.`;
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
  const made = madeAt(version);
  return made ? `${made.toISOString().slice(0, 16).replace('T', ' ')} UTC` : version;
}

/**
 * The moment that a version's name begins with, `20261121T034500Z`; null where it begins otherwise.
 * @param {string} version
 */
function madeAt(version) {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z-/.exec(version)?.slice(1);
  if (!parts) return null;
  const [year, month, day, ...time] = parts.map(Number);
  return new Date(Date.UTC(year, month - 1, day, ...time));
}
