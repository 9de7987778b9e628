/** Describes this browser's stored drawings in words. Pure functions. */

import { date, number, text } from '../ui/language/language.js';
import { isDigits, nameOfLabel } from '../ui/language/symbols.js';
import { aDigit } from '../ui/language/words.js';

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
  if (kept || !(deleting || deleted)) sentences.push(kept ? text('mine.stored', { count: kept }) : text('mine.none'));
  else if (!deleting) sentences.push(text('mine.none-left'));
  if (deleting) sentences.push(text(unanswered ? 'mine.later' : 'mine.being-deleted', { count: deleting }));
  if (deleted) sentences.push(text('mine.count-deleted', { count: deleted }));
  if (unknown) sentences.push(text('mine.count-unknown', { count: unknown }));
  return sentences.join(' ');
}

/** @param {MyDrawing} drawn */
export function statusWords({ status, use, filtered }) {
  if (status !== 'kept') return text(`mine.status-${status}`);
  return filtered ? text('mine.filtered') : useWords(use);
}

/** @param {import('../connection/protocol.js').Use} use */
export function useWords(use) {
  return text(use === 'training' ? 'mine.for-training' : 'mine.for-testing');
}

/** @param {number | string} time ms since 1970, or as ISO 8601 has it */
export function whenWords(time) {
  return date(time, { dateStyle: 'medium', timeStyle: 'short' });
}

const POINTERS = ['pen', 'mouse', 'touch', 'unknown'];

/**
 * The stored facts, the most important first.
 * @param {StoredRecord} stored
 * @param {boolean} [filtered] whether the label filter left it out
 * @returns {readonly (readonly [term: string, fact: string])[]}
 */
export function factsOf(stored, filtered = false) {
  const points = stored.strokes.flat();
  const seconds = (points.at(-1)?.[2] ?? 0) / 1000;
  const pointer = POINTERS.includes(stored.pointer) ? text(`mine.${stored.pointer}`) : stored.pointer;
  const strokes = text('mine.strokes', { count: stored.strokes.length });
  return [
    [text('mine.asked-for'), isDigits ? aDigit(Number(stored.label)) : nameOfLabel(stored.label)],
    [text('mine.since'), whenWords(stored.received_at)],
    [text('mine.used'), filtered ? text('mine.not-used') : useWords(stored.use)],
    [text('mine.licence'), stored.licence],
    [text('mine.terms'), text('mine.terms-version', { version: stored.consent })],
    [text('mine.drawn-with'), text('mine.device', { pointer, pen: stored.pen_width, width: stored.width, height: stored.height })],
    [text('mine.ink'), text('mine.ink-facts', { strokes, points: text('mine.points', { count: points.length }), seconds: number(seconds, 1) })],
    [
      text('mine.pictures'),
      text('mine.picture-facts', { count: stored.samples.length, least: Math.round(100 * (stored.samples[0]?.ink ?? 1)), most: 100 }),
    ],
    [text('mine.drawn-by'), text('mine.number', { number: stored.contributor.slice(0, 8) })],
    [text('mine.drawing'), stored.drawing],
  ];
}
