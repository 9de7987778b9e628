/** Makes files of drawings: a picture, and an animation in which they grow at their own pace. */

import { SIDE, cutAtInk, inkLength } from '../ink/geometry.js';
import { contextOf, drawStrokes } from '../ink/visible_canvas.js';
import { encodeGrayPng } from '../ink/snapshots/png.js';
import { inkBy, paceOf } from '../watch/life/drawing_life.js';
import { encodeAnimation } from './apng.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {{readonly strokes: readonly Stroke[], readonly faint?: boolean}} Shown `faint`: drawn in gray */

const [CELL, COLUMNS] = [120, 5]; // px of a drawing among others
const [WORDS_PX, MARGIN] = [64, 16]; // px above the drawings, and beside the words
const FILM = 240; // px a side of the animation
const [FRAMES, FRAMES_ALONE] = [8, 30]; // of each drawing
const [FRAME_MS, LAST_MS] = [90, 900];

/**
 * One drawing, or several side by side, below a line of words, as PNG.
 * @param {readonly Shown[]} drawings
 * @param {string} words
 */
export function pictureOf(drawings, words) {
  const columns = drawings.length === 1 ? 1 : COLUMNS;
  const cell = (CELL * COLUMNS) / columns;
  const [width, height] = [CELL * COLUMNS, WORDS_PX + cell * Math.ceil(Math.max(drawings.length, 1) / columns)];
  const context = blank(width, height);
  writeWords(context, words, width - 2 * MARGIN);
  drawings.forEach(({ strokes, faint }, i) => {
    context.setTransform(cell / SIDE, 0, 0, cell / SIDE, cell * (i % columns), WORDS_PX + cell * Math.floor(i / columns));
    context.globalAlpha = faint ? 0.25 : 1;
    drawStrokes(context, strokes);
  });
  return encodeGrayPng(width, height, grayOf(context, width, height));
}

/**
 * The drawings as they grow, one after another, as animated PNG.
 * @param {readonly Shown[]} drawings at least one
 */
export function animationOf(drawings) {
  const context = blank(FILM, FILM);
  const count = drawings.length === 1 ? FRAMES_ALONE : FRAMES;
  const frames = drawings.flatMap(({ strokes }) =>
    grown(strokes, count).map((until, i) => {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = '#fff';
      context.fillRect(0, 0, FILM, FILM);
      context.setTransform(FILM / SIDE, 0, 0, FILM / SIDE, 0, 0);
      drawStrokes(context, until);
      return { gray: grayOf(context, FILM, FILM), ms: i === count - 1 ? LAST_MS : FRAME_MS };
    }),
  );
  return encodeAnimation(FILM, FILM, frames);
}

/**
 * The drawing at this many moments, evenly in time; the last is the whole.
 * @param {readonly Stroke[]} strokes
 * @param {number} count
 * @returns {readonly (readonly Stroke[])[]}
 */
export function grown(strokes, count) {
  const pace = paceOf(strokes);
  const [whole, ms] = [inkLength(strokes), pace.at(-1)?.ms ?? 0];
  return Array.from({ length: count }, (_, i) => {
    const ink = i === count - 1 ? null : inkBy(pace, (ms * (i + 1)) / count);
    return ink === null || whole === 0 ? strokes : cutAtInk(strokes, Math.max(ink / whole, 0.001));
  });
}

/**
 * In the largest type in which they fit.
 * @param {CanvasRenderingContext2D} context
 * @param {string} words
 * @param {number} room px
 */
function writeWords(context, words, room) {
  const { fontFamily } = getComputedStyle(document.body);
  for (const size of [28, 24, 20, 16]) {
    context.font = `${size}px ${fontFamily}`;
    if (context.measureText(words).width <= room) break;
  }
  context.fillText(words, MARGIN, 42, room);
}

/**
 * @param {number} width
 * @param {number} height
 */
function blank(width, height) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = contextOf(canvas, { willReadFrequently: true });
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.fillStyle = context.strokeStyle = '#000';
  return context;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} width
 * @param {number} height
 */
function grayOf(context, width, height) {
  const { data } = context.getImageData(0, 0, width, height);
  return Uint8Array.from({ length: width * height }, (_, i) => data[4 * i]);
}
