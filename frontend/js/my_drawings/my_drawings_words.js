/** Describes this browser's stored drawings in words. Pure functions. */

import { aDigit, whole } from '../ui/words.js';

/** @typedef {import('./my_drawings.js').MyDrawing} MyDrawing */
/** @typedef {import('./receipt_requests.js').StoredRecord} StoredRecord */

/**
 * Counts the drawings that are stored, being deleted and deleted.
 * @param {readonly MyDrawing[]} list
 * @param {boolean} unanswered
 */
export function summaryWords(list, unanswered) {
  const count = (/** @type {string} */ status) => list.filter((one) => one.status === status).length;
  const [kept, deleting, deleted, unknown] = ['kept', 'deleting', 'deleted', 'unknown'].map(count);
  const sentences = [];
  if (kept || !(deleting || deleted)) sentences.push(keptWords(kept));
  else if (!deleting) sentences.push('No drawing from this browser is stored any more.');
  if (deleting && unanswered) sentences.push(`The service does not answer; ${whole(deleting)} will be deleted as soon as it does.`);
  else if (deleting) sentences.push(`Deleting ${whole(deleting)}.`);
  if (deleted) sentences.push(`${whole(deleted)} deleted.`);
  if (unknown) sentences.push(`${whole(unknown)} unknown to this service.`);
  return sentences.join(' ');
}

/** @param {number} kept */
function keptWords(kept) {
  if (kept === 0) return 'No drawing from this browser is stored.';
  return kept === 1 ? '1 drawing from this browser is stored.' : `${whole(kept)} drawings from this browser are stored.`;
}

/** @param {MyDrawing} drawn */
export function statusWords({ status, use, filtered }) {
  switch (status) {
    case 'kept':
      return filtered ? FILTERED : useWords(use);
    case 'deleting':
      return 'being deleted';
    case 'deleted':
      return 'deleted for good';
    case 'unknown':
      return 'unknown to this service: it was reinstalled, or never stored this drawing';
  }
}

const FILTERED = 'filtered out: not used, because it looks like another digit than its label';

/** @param {import('../connection/protocol.js').Use} use */
export function useWords(use) {
  return use === 'training' ? 'for training, unless the label filter leaves it out' : 'for testing models, never trained on';
}

/** @param {number | string} time ms since 1970, or as ISO 8601 has it */
export function whenWords(time) {
  return new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

/** @type {Readonly<Record<string, string>>} */
const POINTERS = { pen: 'a pen', mouse: 'a mouse', touch: 'a finger', unknown: 'an unknown device' };

/**
 * The stored facts, the most important first.
 * @param {StoredRecord} stored
 * @param {boolean} [filtered] whether the label filter left it out
 * @returns {readonly (readonly [term: string, fact: string])[]}
 */
export function factsOf(stored, filtered = false) {
  const points = stored.strokes.flat();
  const seconds = (points.at(-1)?.[2] ?? 0) / 1000;
  return [
    ['Asked for', aDigit(stored.label)],
    ['Stored since', whenWords(stored.received_at)],
    ['Used', filtered ? 'not used: it looks like another digit than its label' : useWords(stored.use)],
    ['Licence', stored.licence],
    ['Terms', `version ${stored.consent}`],
    ['Drawn with', `${POINTERS[stored.pointer] ?? stored.pointer}, ${stored.pen_width} px wide, on ${stored.width} × ${stored.height} px`],
    ['Ink', `${plural(stored.strokes.length, 'stroke')}, ${plural(points.length, 'point')} in ${seconds.toFixed(1)} s`],
    ['Pictures', `${stored.samples.length}, from ${Math.round(100 * (stored.samples[0]?.ink ?? 1))} to 100 % of the ink`],
    ['Drawn by', `${stored.contributor.slice(0, 8)}…, a random number for this browser; no name or address is stored`],
    ['Drawing', stored.drawing],
  ];
}

/**
 * @param {number} count
 * @param {string} noun
 */
function plural(count, noun) {
  return `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
}
