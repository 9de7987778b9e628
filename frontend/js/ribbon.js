/** How the guess went: the leading digit and its share against the ink so far, for one drawing. */

import { shape } from './dom.js';

/** @typedef {{readonly ink: number, readonly digit: number, readonly probability: number}} Moment */

const ORDINARY_INK = 800; // px: the ribbon grows with the pen up to here, then draws closer together
const TOP = 14; // px kept for the digits above the line
const BOTTOM = 3;
const LABEL_GAP = 14; // px between two digits, so that they can be told apart

/**
 * The history with a new moment. Ink that was undone takes its moments with it.
 * @param {readonly Moment[]} history
 * @param {Moment} moment
 * @returns {readonly Moment[]}
 */
export function addMoment(history, moment) {
  return [...history.filter(({ ink }) => ink < moment.ink), moment];
}

/**
 * Stretches with the same leading digit, in order.
 * @param {readonly Moment[]} history
 * @returns {readonly {readonly digit: number, readonly moments: readonly Moment[]}[]}
 */
export function runsOf(history) {
  /** @type {{digit: number, moments: Moment[]}[]} */
  const runs = [];
  for (const moment of history) {
    const last = runs.at(-1);
    if (last?.digit === moment.digit) last.moments.push(moment);
    else runs.push({ digit: moment.digit, moments: [moment] });
  }
  return runs;
}

export class Ribbon {
  /** @type {SVGSVGElement} */ #svg;
  /** @type {readonly Moment[]} */ #history = [];

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
    new ResizeObserver(() => this.#draw()).observe(svg);
  }

  clear() {
    this.#history = [];
    this.#draw();
  }

  /** @param {Moment} moment */
  add(moment) {
    this.#history = addMoment(this.#history, moment);
    this.#draw();
  }

  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#svg;
    const ink = Math.max(ORDINARY_INK, this.#history.at(-1)?.ink ?? 0);
    const now = this.#history.at(-1)?.digit;
    /** @param {Moment} m */
    const place = (m) => [(m.ink / ink) * (width - 8) + 1, height - BOTTOM - m.probability * (height - TOP - BOTTOM)];
    /** @type {SVGElement[]} */
    const parts = [shape('line', { class: 'ground', x1: 0, x2: width, y1: height - 0.5, y2: height - 0.5 })];
    if (this.#history.length === 0) parts.push(shape('text', { x: 1, y: height - 10 }, 'How the guess goes, by ink drawn'));
    let free = 0;
    // Each run is joined to the one before, and the first to the left edge: one of a single moment has no length.
    let before = this.#history.slice(0, 1).map((m) => [0, place(m)[1]]);
    for (const { digit, moments } of runsOf(this.#history)) {
      const points = moments.map(place);
      const kind = digit === now ? 'run now' : 'run';
      const line = [...before, ...points].map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
      parts.push(shape('polyline', { class: kind, points: line }));
      before = points.slice(-1);
      const [x, y] = points[0];
      if (x < free) continue;
      parts.push(shape('text', { class: kind, x: x.toFixed(1), y: Math.max(y - 4, 10).toFixed(1) }, String(digit)));
      free = x + LABEL_GAP;
    }
    this.#svg.replaceChildren(...parts);
    this.#svg.dataset.moments = String(this.#history.length);
  }
}
