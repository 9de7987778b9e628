/** The pictures beside the five sentences that say how Midstroke works. The sentences say all that they show. */

import { shape } from '../ui/dom.js';

const [WIDTH, HEIGHT] = [200, 104];
const TWO = 'M22 30C24 8 70 4 68 34C66 54 38 72 24 90C38 84 56 92 76 86'; // a handwritten 2 in a box of 100 x 100
const HALF_TWO = 'M22 30C24 8 70 4 68 34C66 46 56 58 46 68';
const GUESSES = [3, 8, 92, 18, 2, 5, 2, 30, 8, 4]; // % for each digit

/** @type {readonly (() => SVGElement)[]} */
export const PICTURES = [points, bars, curve, stages, gate];

/** @param {...SVGElement} parts */
function picture(...parts) {
  return shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true', class: 'about-picture' }, ...parts);
}

/**
 * @param {string} classes
 * @param {string} d
 * @param {Readonly<Record<string, string | number>>} [more]
 */
function path(classes, d, more = {}) {
  return shape('path', { class: classes, d, ...more });
}

/** An unfinished 2, and its points. */
function points() {
  return picture(
    path('pen', HALF_TWO, { transform: 'translate(0 15)' }),
    path('thin', 'M88 52H112M106 46L112 52L106 58'),
    path('dots', HALF_TWO, { transform: 'translate(108 15)' }),
  );
}

/** Ten bars, one of them long. */
function bars() {
  const rows = GUESSES.map((share, digit) =>
    shape('rect', { class: digit === 2 ? 'fill accent' : 'fill', x: 30, y: 4 + 10 * digit, width: 1.4 * share, height: 5, rx: 1 }),
  );
  const digits = GUESSES.map((_, digit) => shape('text', { x: 18, y: 10 + 10 * digit, class: digit === 2 ? 'accent' : '' }, String(digit)));
  return picture(...rows, ...digits);
}

/** Two digits over ink: the one that led first, and the one that stayed. */
function curve() {
  return picture(
    path('thin', 'M16 8V92H190'),
    path('line', 'M16 82C50 80 60 30 84 34S110 88 190 90'),
    path('line accent', 'M16 82C70 84 84 76 100 44S140 12 190 11'),
    path('thin accent', 'M99 8V92'),
    shape('text', { x: 103, y: 88, class: 'accent' }, '2'),
    shape('text', { x: 74, y: 28 }, '7'),
  );
}

/** A 2 at four of its stages. */
function stages() {
  return picture(
    ...[25, 50, 75, 100].map((ink, i) =>
      path('pen small', TWO, { pathLength: 100, 'stroke-dasharray': `${ink} 100`, transform: `translate(${4 + 49 * i} 28) scale(0.46)` }),
    ),
  );
}

/** The model in use and a new one that reads better. */
function gate() {
  return picture(
    shape('rect', { class: 'fill', x: 46, y: 34, width: 36, height: 58, rx: 2 }),
    shape('rect', { class: 'fill accent', x: 106, y: 22, width: 36, height: 70, rx: 2 }),
    path('thin', 'M20 92H180M40 34H150', {}),
    path('line accent', 'M152 18L160 27L176 6'),
  );
}
