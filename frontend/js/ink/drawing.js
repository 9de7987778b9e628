/** A drawing in progress: strokes in order. Values are replaced, never changed in place. */

import { distance } from './geometry.js';

/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */

/**
 * @typedef {object} Drawing
 * @property {number} number the page's count of drawings, by which predictions of an older one are known
 * @property {readonly Stroke[]} strokes
 */

const CLOSEST = 0.5; // px: a mouse reports 1000 times a second, and 8192 points is all that a contribution may have

/**
 * @param {number} number
 * @returns {Drawing}
 */
export function newDrawing(number) {
  return { number, strokes: [] };
}

/**
 * @param {Drawing} drawing
 * @param {Point} point where the pen came down
 * @returns {Drawing}
 */
export function beginStroke(drawing, point) {
  return { ...drawing, strokes: [...drawing.strokes, [point]] };
}

/**
 * Adds points to the last stroke; those closer than half a px to the one before are left out.
 * @param {Drawing} drawing
 * @param {readonly Point[]} points
 * @returns {Drawing}
 */
export function extendStroke(drawing, points) {
  const last = drawing.strokes.at(-1);
  if (!last) return drawing;
  const longer = [...last];
  for (const point of points) {
    if (distance(longer[longer.length - 1], point) >= CLOSEST) longer.push(point);
  }
  if (longer.length === last.length) return drawing;
  return { ...drawing, strokes: [...drawing.strokes.slice(0, -1), longer] };
}

/** @param {Drawing} drawing */
export function isEmpty(drawing) {
  return drawing.strokes.length === 0;
}
