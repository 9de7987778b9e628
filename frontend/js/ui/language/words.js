/** Describes connection, models and trainer in words. Pure functions. */

import { date, hasText, number, text } from './language.js';
import { className, isDigits } from './symbols.js';

/** @typedef {import('../../connection/connection.js').Link} Link */
/** @typedef {import('../../connection/protocol.js').Trainer} Trainer */
/** @typedef {import('../../connection/protocol.js').Model} Model */

/**
 * @typedef {object} Known
 * @property {number} now
 * @property {number | null} roundTrip
 * @property {number | null} served families, null before the service has answered
 * @property {boolean} [local] whether predictions are made on the page
 * @property {boolean} [away] whether the service does not answer
 */

/**
 * @param {Link} link
 * @param {Known} known
 */
export function stateWords(link, known) {
  const words = linkWords(link, known);
  if (known.local) return text('state.offline', { words });
  // The page's own model knows digits alone.
  return known.away && !isDigits ? text('state.no-guess', { words }) : words;
}

/**
 * @param {Link} link
 * @param {Known} known
 */
function linkWords(link, { now, roundTrip, served, local = false }) {
  if (local && link.phase === 'open') return text('state.silent');
  switch (link.phase) {
    case 'connecting':
      return text('state.connecting');
    case 'lost':
      return text(local ? 'state.retry-in' : 'state.retry', { seconds: Math.max(1, Math.ceil((link.retryAt - now) / 1000)) });
    case 'ended':
      return text('state.ended', { reason: link.reason || String(link.code) });
    case 'open':
      if (served === null) return text('state.connecting');
      if (served === 0) return text('state.no-model');
      return roundTrip === null ? text('state.live') : text('state.live-in', { time: milliseconds(roundTrip) });
  }
}

/** `a 7`, `an 8`; of another set the name of the class. @param {number} digit */
export function aDigit(digit) {
  if (!isDigits) return className(digit);
  return text(digit === 8 ? 'words.digit-8' : 'words.digit', { digit: String(digit) });
}

/** @param {number} ms */
export function milliseconds(ms) {
  return text('words.milliseconds', { ms: ms < 10 ? number(Math.max(ms, 0.1), 1) : Math.round(ms) });
}

/**
 * When a version was trained, in the reader's own time: `trained 21 Nov, 03:45`; another name as it is.
 * @param {string} version begins with the time, `20261121T034500Z-1f2e3d`
 */
export function versionWords(version) {
  const made = madeAt(version);
  if (!made) return text('model.version', { version });
  return text('model.trained', { when: date(made, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }) });
}

/**
 * What the models of a family do: `Reads the pen’s path`.
 * @param {string} family
 */
export function familyWords(family) {
  const key = `family.${family}`;
  return hasText(key) ? text(key) : text('family.other', { family });
}

/**
 * A model for people: `Reads the pen’s path, trained 21 Nov, 03:45`.
 * @param {{readonly family: string, readonly model: string}} model
 */
export function modelWords({ family, model }) {
  if (isOfExamples(family)) return familyWords(family);
  return `${familyWords(family)}, ${versionWords(model)}`;
}

/** Whether examples answer, and no model of the set's own. @param {string} family */
export function isOfExamples(family) {
  return family === 'examples' || family === 'example-pictures';
}

/** When the next training starts. @param {Trainer} trainer */
export function nextTraining({ new_drawings, needed, new_validation = 0, filtered = 0 }) {
  const missing = needed - new_drawings;
  if (missing <= 0) return text('trainer.soon');
  const next = text('trainer.next', { count: missing });
  const uncounted = [
    new_validation ? text('trainer.for-testing', { count: new_validation }) : '',
    filtered ? text('trainer.filtered', { count: filtered }) : '',
  ].filter((part) => part !== '');
  return uncounted.length ? text('trainer.not-counted', { next, parts: uncounted.join(', ') }) : next;
}

/** @param {import('../../connection/protocol.js').Counts} counts */
export function countWords({ yours, total }) {
  return text('counts.yours', { count: total, yours });
}

/** @param {number} count */
export function whole(count) {
  return number(count);
}

/** @param {number} share 0 to 1 */
export function percent(share) {
  return text('words.percent', { share: number(100 * share, 1) });
}

/** @param {number} share 0 to 1 */
export function wholePercent(share) {
  return text('words.percent', { share: Math.round(100 * share) });
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
