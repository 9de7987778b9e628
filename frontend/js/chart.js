/** A small line of accuracy by ink, as SVG. */

import { shape } from './dom.js';

const [WIDTH, HEIGHT] = [320, 150];
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 8, 8, 22];

/**
 * @param {readonly number[]} ink shares drawn, rising
 * @param {readonly number[]} accuracy at each
 */
export function accuracyChart(ink, accuracy) {
  /** @param {number} share */
  const x = (share) => LEFT + share * (WIDTH - LEFT - RIGHT);
  /** @param {number} share */
  const y = (share) => TOP + (1 - share) * (HEIGHT - TOP - BOTTOM);
  const words = ink.map((share, i) => `${Math.round(100 * accuracy[i])} % at ${Math.round(100 * share)} % of the ink`);
  const svg = shape('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words.join(', ') });
  for (const share of [0, 0.5, 1]) {
    svg.append(shape('line', { class: 'ground', x1: LEFT, x2: WIDTH - RIGHT, y1: y(share), y2: y(share) }));
    svg.append(shape('text', { x: LEFT - 6, y: y(share) + 4, 'text-anchor': 'end' }, `${100 * share} %`));
  }
  for (const share of [0.1, 0.5, 1]) {
    const anchor = share === 1 ? 'end' : 'middle';
    svg.append(shape('text', { x: x(share), y: HEIGHT - 6, 'text-anchor': anchor }, `${100 * share} % ink`));
  }
  svg.append(shape('polyline', { class: 'run now', points: ink.map((share, i) => `${x(share)},${y(accuracy[i])}`).join(' ') }));
  for (const [i, share] of ink.entries()) svg.append(shape('circle', { class: 'now', cx: x(share), cy: y(accuracy[i]), r: 2 }));
  return svg;
}
