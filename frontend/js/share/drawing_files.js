/** Makes what a visitor can share of a game: a picture and an animation of its drawings. */

import { cutAtInk, SIDE } from '../ink/geometry.js';
import { contextOf, drawStrokes } from '../ink/visible_canvas.js';
import { encodeGrayPng } from '../ink/snapshots/png.js';
import { encodeAnimation } from './apng.js';

/** @typedef {import('./game.js').Turn} Turn */

const [CELL, COLUMNS] = [120, 5]; // px of the picture
const WORDS_PX = 64; // above the drawings
const FILM = 240; // px a side of the animation
const STEPS = 8; // frames of each drawing
const [FRAME_MS, LAST_MS] = [90, 700];

/**
 * The drawings side by side below a line of words, as PNG.
 * @param {readonly Turn[]} turns
 * @param {string} words
 */
export function pictureOf(turns, words) {
  const [width, height] = [CELL * COLUMNS, WORDS_PX + CELL * Math.ceil(Math.max(turns.length, 1) / COLUMNS)];
  const context = blank(width, height);
  context.font = `28px ${getComputedStyle(document.body).fontFamily}`;
  context.fillText(words, 16, 42, width - 32);
  turns.forEach(({ strokes, points }, i) => {
    context.setTransform(CELL / SIDE, 0, 0, CELL / SIDE, CELL * (i % COLUMNS), WORDS_PX + CELL * Math.floor(i / COLUMNS));
    context.globalAlpha = points > 0 ? 1 : 0.25;
    drawStrokes(context, strokes);
  });
  return encodeGrayPng(width, height, grayOf(context, width, height));
}

/**
 * The drawings as they grow, one after another, as animated PNG.
 * @param {readonly Turn[]} turns at least one
 */
export function animationOf(turns) {
  const context = blank(FILM, FILM);
  const frames = turns.flatMap(({ strokes }) =>
    Array.from({ length: STEPS }, (_, step) => {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.fillStyle = '#fff';
      context.fillRect(0, 0, FILM, FILM);
      context.setTransform(FILM / SIDE, 0, 0, FILM / SIDE, 0, 0);
      drawStrokes(context, cutAtInk(strokes, (step + 1) / STEPS));
      return { gray: grayOf(context, FILM, FILM), ms: step === STEPS - 1 ? LAST_MS : FRAME_MS };
    }),
  );
  return encodeAnimation(FILM, FILM, frames);
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
