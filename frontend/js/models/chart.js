/** Draws accuracy against ink as SVG, for one model or for several with their names beside the lines. */

import { shape } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { wholePercent } from '../ui/language/words.js';

/** @typedef {import('./baselines.js').Line} Line */
/** @typedef {{readonly width: number, readonly height: number, readonly right: number}} Size `right` is kept for names */

const [LEFT, TOP, BOTTOM] = [44, 8, 22];
/** @type {Size} */
const ONE = { width: 320, height: 150, right: 8 };
/** @type {Size} */
const MANY = { width: 380, height: 260, right: 140 };
const NAME_STEP = 13; // px that a name is high
const CLASSES = { ancestor: 'run', ours: 'run ours', best: 'run now' };

/**
 * @param {readonly number[]} ink shares drawn, rising
 * @param {readonly number[]} accuracy at each
 */
export function accuracyChart(ink, accuracy) {
  const words = ink.map((share, i) => text('chart.point', { share: wholePercent(accuracy[i]), ink: wholePercent(share) }));
  const svg = ground(ONE, words.join(', '));
  const { x, y } = places(ONE);
  svg.append(shape('polyline', { class: 'run now', points: pointsOf(ink, accuracy, ONE) }));
  for (const [i, share] of ink.entries()) svg.append(shape('circle', { class: 'now', cx: x(share), cy: y(accuracy[i]), r: 2 }));
  return svg;
}

/**
 * @param {readonly Line[]} lines each with a point at least; the last is drawn on top
 * @param {string} [words] for those who can't see it
 */
export function comparisonChart(lines, words = text('chart.comparison', { names: lines.map(({ name }) => name).join(', ') })) {
  const svg = ground(MANY, words);
  const { y } = places(MANY);
  const end = MANY.width - MANY.right;
  const heights = spread(lines.map(({ accuracy }) => y(accuracy[accuracy.length - 1])), NAME_STEP, MANY.height - BOTTOM);
  lines.forEach(({ name, ink, accuracy, kind }, i) => {
    const last = y(accuracy[accuracy.length - 1]);
    svg.append(shape('polyline', { class: 'lead', points: `${end + 2},${last} ${end + 10},${heights[i]}` }));
    svg.append(shape('polyline', { class: CLASSES[kind], points: pointsOf(ink, accuracy, MANY) }));
    svg.append(shape('text', { class: CLASSES[kind], x: end + 13, y: heights[i] + 4 }, name));
  });
  return svg;
}

/**
 * Heights moved down, and where there is no room left up, until `step` apart; their order stays.
 * @param {readonly number[]} heights
 * @param {number} step
 * @param {number} lowest
 */
export function spread(heights, step, lowest) {
  const moved = [...heights];
  const order = [...heights.keys()].sort((a, b) => heights[a] - heights[b]);
  order.forEach((at, place) => {
    if (place > 0) moved[at] = Math.max(moved[at], moved[order[place - 1]] + step);
  });
  let below = lowest + step;
  for (const at of order.reverse()) below = moved[at] = Math.min(moved[at], below - step);
  return moved;
}

/** @param {Size} size */
function places({ width, height, right }) {
  return {
    x: (/** @type {number} */ share) => LEFT + share * (width - LEFT - right),
    y: (/** @type {number} */ share) => TOP + (1 - share) * (height - TOP - BOTTOM),
  };
}

/**
 * @param {readonly number[]} ink
 * @param {readonly number[]} accuracy
 * @param {Size} size
 */
function pointsOf(ink, accuracy, size) {
  const { x, y } = places(size);
  return ink.map((share, i) => `${x(share)},${y(accuracy[i])}`).join(' ');
}

/**
 * @param {Size} size
 * @param {string} words for those who can't see it
 */
function ground(size, words) {
  const { width, height, right } = size;
  const { x, y } = places(size);
  const svg = shape('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': words });
  for (const share of [0, 0.5, 1]) {
    svg.append(shape('line', { class: 'ground', x1: LEFT, x2: width - right, y1: y(share), y2: y(share) }));
    svg.append(shape('text', { x: LEFT - 6, y: y(share) + 4, 'text-anchor': 'end' }, wholePercent(share)));
  }
  for (const share of [0.1, 0.5, 1]) {
    const anchor = share === 1 ? 'end' : 'middle';
    svg.append(shape('text', { x: x(share), y: height - 6, 'text-anchor': anchor }, share === 1 ? text('chart.ink', { share: wholePercent(share) }) : wholePercent(share)));
  }
  return svg;
}
