/** What the page says of the drawings that were given from this browser. Pure functions. */

import { aDigit, whole } from '../ui/words.js';

/** @typedef {import('./my_drawings.js').MyDrawing} MyDrawing */
/** @typedef {import('./receipt_requests.js').StoredRecord} StoredRecord */

/**
 * How many are kept, and what becomes of those that are being deleted.
 * @param {readonly MyDrawing[]} list
 * @param {boolean} unanswered
 */
export function summaryWords(list, unanswered) {
  const count = (/** @type {string} */ status) => list.filter((one) => one.status === status).length;
  const [kept, deleting, deleted, unknown] = ['kept', 'deleting', 'deleted', 'unknown'].map(count);
  const said = [];
  if (kept || !(deleting || deleted)) said.push(keptWords(kept));
  else if (!deleting) said.push('Nothing given from this browser is kept any more.');
  if (deleting && unanswered) said.push(`The service does not answer; ${whole(deleting)} will be deleted as soon as it does.`);
  else if (deleting) said.push(`Deleting ${whole(deleting)}.`);
  if (deleted) said.push(`${whole(deleted)} deleted.`);
  if (unknown) said.push(`${whole(unknown)} not known to this service.`);
  return said.join(' ');
}

/** @param {number} kept */
function keptWords(kept) {
  if (kept === 0) return 'Nothing given from this browser is kept.';
  return kept === 1 ? '1 drawing given from this browser is kept.' : `${whole(kept)} drawings given from this browser are kept.`;
}

/** @param {MyDrawing} drawn */
export function statusWords({ status, use }) {
  switch (status) {
    case 'kept':
      return useWords(use);
    case 'deleting':
      return 'being deleted';
    case 'deleted':
      return 'deleted for good';
    case 'unknown':
      return 'not known to this service: it was set up anew, or the drawing never was here';
  }
}

/** @param {import('../connection/protocol.js').Use} use */
export function useWords(use) {
  return use === 'training' ? 'trains models' : 'judges models, never trains one';
}

/** @param {number | string} time ms since 1970, or as ISO 8601 has it */
export function whenWords(time) {
  return new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

/** @type {Readonly<Record<string, string>>} */
const POINTERS = { pen: 'a pen', mouse: 'a mouse', touch: 'a finger', unknown: 'something unknown' };

/**
 * The facts that are kept, in the order in which they matter to who gave them.
 * @param {StoredRecord} stored
 * @returns {readonly (readonly [term: string, said: string])[]}
 */
export function factsOf(stored) {
  const points = stored.strokes.flat();
  const seconds = (points.at(-1)?.[2] ?? 0) / 1000;
  return [
    ['Asked for', aDigit(stored.label)],
    ['Kept since', whenWords(stored.received_at)],
    ['Used', useWords(stored.use)],
    ['Licence', stored.licence],
    ['Terms', `version ${stored.consent}`],
    ['Drawn with', `${POINTERS[stored.pointer] ?? stored.pointer}, ${stored.pen_width} px wide, on ${stored.width} × ${stored.height} px`],
    ['Ink', `${plural(stored.strokes.length, 'stroke')}, ${plural(points.length, 'point')} in ${seconds.toFixed(1)} s`],
    ['Pictures', `${stored.samples.length}, from ${Math.round(100 * (stored.samples[0]?.ink ?? 1))} to 100 % of the ink`],
    ['Given by', `${stored.contributor.slice(0, 8)}…, a number for this browser; no name, no address`],
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
