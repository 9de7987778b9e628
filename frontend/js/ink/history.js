/** Undo and redo over the states of a canvas. Values are replaced, never changed in place. */

/** @typedef {readonly import('./geometry.js').Stroke[]} Strokes */
/** @typedef {{readonly past: readonly Strokes[], readonly future: readonly Strokes[]}} History oldest first; the next to redo last */

const MOST_STATES = 200;

/** @type {History} */
export const NO_HISTORY = { past: [], future: [] };

/**
 * The history with the state that is about to change; what was undone before is gone.
 * @param {History} history
 * @param {Strokes} now
 * @returns {History}
 */
export function remember({ past }, now) {
  return { past: [...past, now].slice(-MOST_STATES), future: [] };
}

/**
 * @param {History} history
 * @param {Strokes} now
 * @returns {{readonly history: History, readonly strokes: Strokes} | null} null with nothing to undo
 */
export function undone({ past, future }, now) {
  const strokes = past.at(-1);
  return strokes ? { history: { past: past.slice(0, -1), future: [...future, now] }, strokes } : null;
}

/**
 * @param {History} history
 * @param {Strokes} now
 * @returns {{readonly history: History, readonly strokes: Strokes} | null} null with nothing to redo
 */
export function redone({ past, future }, now) {
  const strokes = future.at(-1);
  return strokes ? { history: { past: [...past, now], future: future.slice(0, -1) }, strokes } : null;
}
