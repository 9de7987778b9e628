/** Draws stored drawings: at a stage, or again at the pace at which they were drawn. */

import { contextOf, drawStrokes } from '../ink/visible_canvas.js';
import { cutAtInk } from '../ink/geometry.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./moderation_calls.js').StoredDrawing} StoredDrawing */

const STEP_MS = 12; // between points without times
const LONGEST_MS = 8000; // a longer drawing is replayed faster

/**
 * The strokes with a time for every point.
 * @param {Pick<StoredDrawing, 'strokes'>} drawing
 * @returns {readonly Stroke[]}
 */
export function timed({ strokes }) {
  let last = 0;
  return strokes.map((stroke) =>
    stroke.map(([x, y, t]) => {
      last = t === null ? last + STEP_MS : Math.max(last, t);
      return /** @type {const} */ ([x, y, last]);
    }),
  );
}

/**
 * What was drawn until a moment.
 * @param {readonly Stroke[]} strokes
 * @param {number} t_ms
 * @returns {readonly Stroke[]}
 */
export function until(strokes, t_ms) {
  return strokes.map((stroke) => stroke.filter(([, , t]) => t <= t_ms)).filter((stroke) => stroke.length > 0);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {StoredDrawing} drawing
 * @param {number} stage ink fraction, above 0, to 1
 */
export function drawStage(canvas, drawing, stage) {
  drawOn(canvas, drawing, cutAtInk(timed(drawing), stage));
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {StoredDrawing} drawing
 * @returns {() => void} stops it
 */
export function replay(canvas, drawing) {
  const strokes = timed(drawing);
  const first = strokes[0]?.[0]?.[2] ?? 0;
  const last = strokes.at(-1)?.at(-1)?.[2] ?? 0;
  const speed = Math.max(1, (last - first) / LONGEST_MS);
  const started = performance.now();
  let frame = requestAnimationFrame(show);
  function show() {
    const t = first + (performance.now() - started) * speed;
    drawOn(canvas, drawing, until(strokes, t));
    if (t < last) frame = requestAnimationFrame(show);
  }
  return () => cancelAnimationFrame(frame);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {StoredDrawing} drawing
 * @param {readonly Stroke[]} strokes
 */
function drawOn(canvas, { width, height, pen_width }, strokes) {
  const context = contextOf(canvas);
  const scale = canvas.width / Math.max(width, height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.strokeStyle = getComputedStyle(canvas).color;
  drawStrokes(context, strokes, pen_width);
}
