/** Draws the guess timeline: the leading digit and its probability against the ink so far. */

import { setAttributes, setText, shape } from '../ui/dom.js';

/** @typedef {{readonly ink: number, readonly digit: number, readonly probability: number, readonly unsure?: boolean}} Moment */
/**
 * @typedef {object} PlacedRun
 * @property {string} digit or a question mark where no digit was recognised
 * @property {string} kind the line's class
 * @property {string} points
 * @property {readonly [x: string, y: string] | null} at where the digit stands; null where there is no room
 */

const ORDINARY_INK = 800; // px: the timeline grows with the pen up to here, then draws closer together
const TOP = 14; // px kept for the digits above the line
const BOTTOM = 3;
const LABEL_GAP = 14; // px between two digits, so that they can be told apart
const HINT_WIDTH = 210; // px for all of its words
/** @type {PlacedRun} */
const UNUSED = { digit: '', kind: 'run', points: '', at: null };

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
 * Stretches with the same leading digit, and those in which no digit was recognised, in order.
 * @param {readonly Moment[]} history
 * @returns {readonly {readonly digit: number | null, readonly moments: readonly Moment[]}[]}
 */
export function runsOf(history) {
  /** @type {{digit: number | null, moments: Moment[]}[]} */
  const runs = [];
  for (const moment of history) {
    const last = runs.at(-1);
    const digit = shownDigit(moment);
    if (last?.digit === digit) last.moments.push(moment);
    else runs.push({ digit, moments: [moment] });
  }
  return runs;
}

/** @param {Moment} moment */
function shownDigit({ digit, unsure }) {
  return unsure ? null : digit;
}

export class GuessTimeline {
  /** @type {SVGSVGElement} */ #svg;
  /** @type {readonly Moment[]} */ #history = [];
  // Told by the observer: asked for in the middle of a frame, it would cost a layout of the page.
  #size = { width: 0, height: 0 };
  #hint = shape('text', {});
  #ground = shape('line', { class: 'ground' });
  /** @type {{readonly line: SVGElement, readonly label: SVGElement}[]} a run each, made once and used again */ #drawn = [];

  /** @param {SVGSVGElement} svg */
  constructor(svg) {
    this.#svg = svg;
    svg.append(this.#ground, this.#hint);
    new ResizeObserver(([entry]) => {
      this.#size = { width: entry.contentRect.width, height: entry.contentRect.height };
      this.draw();
    }).observe(svg);
  }

  clear() {
    this.#history = [];
    this.draw();
  }

  /**
   * Takes the moment up; it is seen once it is drawn.
   * @param {Moment} moment
   */
  add(moment) {
    this.#history = addMoment(this.#history, moment);
  }

  draw() {
    const { width, height } = this.#size;
    const y = String(height - 0.5);
    setAttributes(this.#ground, { x1: '0', x2: String(width), y1: y, y2: y });
    setAttributes(this.#hint, { x: '1', y: String(height - 10), display: this.#history.length ? 'none' : 'inline' });
    setText(this.#hint, width < HINT_WIDTH ? 'Guess by ink' : 'How the guess goes, by ink drawn');
    const runs = placeRuns(this.#history, this.#size);
    while (this.#drawn.length < runs.length) this.#drawn.push(this.#newRun());
    this.#drawn.forEach(({ line, label }, i) => {
      const { kind, points, at, digit } = runs[i] ?? UNUSED;
      setAttributes(line, { class: kind, points });
      setAttributes(label, at ? { class: kind, display: 'inline', x: at[0], y: at[1] } : { display: 'none' });
      if (at) setText(label, digit);
    });
    setAttributes(this.#svg, { 'data-moments': String(this.#history.length) });
  }

  #newRun() {
    const run = { line: shape('polyline', {}), label: shape('text', {}) };
    this.#svg.append(run.line, run.label);
    return run;
  }
}

/**
 * Where each run's line goes, and its digit where there is room for it.
 * @param {readonly Moment[]} history
 * @param {{readonly width: number, readonly height: number}} size px
 * @returns {readonly PlacedRun[]}
 */
export function placeRuns(history, { width, height }) {
  const ink = Math.max(ORDINARY_INK, history.at(-1)?.ink ?? 0);
  const runs = runsOf(history);
  const now = runs.at(-1)?.digit;
  /** @param {Moment} m */
  const place = (m) => [(m.ink / ink) * (width - 8) + 1, height - BOTTOM - m.probability * (height - TOP - BOTTOM)];
  // Each run is joined to the one before, and the first to the left edge: one of a single moment has no length.
  let before = history.slice(0, 1).map((m) => [0, place(m)[1]]);
  const lines = runs.map(({ digit, moments }) => {
    const places = moments.map(place);
    const line = { digit, places, points: [...before, ...places], length: places[places.length - 1][0] - before[0][0] };
    before = places.slice(-1);
    return line;
  });
  const named = roomFor(lines.map(({ places, length }) => ({ x: places[0][0], length })));
  return lines.map(({ digit, places: [[x, y]], points: all }, i) => {
    const points = all.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
    /** @type {PlacedRun['at']} */
    const at = named.has(i) ? [x.toFixed(1), Math.max(y - 4, 10).toFixed(1)] : null;
    if (digit === null) return { digit: '?', kind: 'run unsure', points, at };
    return { digit: String(digit), kind: digit === now ? 'run now' : 'run', points, at };
  });
}

/**
 * Which runs have room for their digits: the last, which is the guess that stands, and then the longest.
 * @param {readonly {readonly x: number, readonly length: number}[]} runs
 * @returns {ReadonlySet<number>} their places among the runs
 */
function roomFor(runs) {
  const last = runs.length - 1;
  const order = runs.map((_, i) => i).sort((a, b) => Number(b === last) - Number(a === last) || runs[b].length - runs[a].length);
  /** @type {Set<number>} */
  const named = new Set();
  for (const i of order) {
    if ([...named].every((other) => Math.abs(runs[other].x - runs[i].x) >= LABEL_GAP)) named.add(i);
  }
  return named;
}
