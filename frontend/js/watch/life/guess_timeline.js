/** Draws the guess timeline: curves, the probability of each class against the ink, and where the guess changed. */

import { contextOf } from '../../ink/visible_canvas.js';
import { classCount, className } from '../../ui/language/symbols.js';
import { text } from '../../ui/language/language.js';
import { guessOf, leadingOf } from '../predictions.js';

/** @typedef {import('./drawing_life.js').Moment} Moment */
/** @typedef {import('./drawing_life.js').Turn} Turn */
/** @typedef {{readonly width: number, readonly height: number}} Size CSS px */
/**
 * @typedef {object} Chart
 * @property {readonly Moment[]} moments
 * @property {number} ink px of the whole drawing
 * @property {readonly Turn[]} turns
 * @property {string} known words beside the last turn
 * @property {number | null} at ink px that is looked back at; null: now
 */

const LEAST_INK = 240; // px: the first marks of a drawing do not fill the chart yet
const [LEFT, RIGHT, TOP, BOTTOM] = [44, 8, 20, 18]; // CSS px around the curves
const LOW = 76; // CSS px: a chart that is lower has no middle line
const SHORT = 8; // characters of a name beside a turn
const LABEL_GAP = 12; // CSS px between the middles of two digits, so that they can be distinguished
const NAME_GAP = 4; // CSS px between two names
const MIDDLE_DOT = 3; // CSS px, its radius
const FAINTEST = 0.03; // a digit that was never likelier has no curve
const COLOURS = /** @type {const} */ (['axis', 'curve', 'lead', 'words', 'cursor']);

/**
 * The chart's scales: ink in px to x, probability to y, in CSS px, and the way back from x to ink.
 * @param {Size} size
 * @param {number} ink px of the whole drawing
 */
export function scalesOf({ width, height }, ink) {
  const most = Math.max(ink, LEAST_INK);
  const [across, up] = [width - LEFT - RIGHT, height - TOP - BOTTOM];
  return {
    x: (/** @type {number} */ drawn) => LEFT + (drawn / most) * across,
    y: (/** @type {number} */ probability) => TOP + (1 - probability) * up,
    inkAt: (/** @type {number} */ x) => Math.min(Math.max(((x - LEFT) / across) * most, 0), ink),
  };
}

/**
 * The digits of the turns that have room: the last, which is the guess that stands, then those that led longest.
 * @param {readonly number[]} xs where each turn begins, CSS px
 * @param {number} end where the last ends
 * @param {readonly number[]} [halves] half of each name's width, CSS px
 * @returns {ReadonlySet<number>} their places among the turns
 */
export function roomFor(xs, end, halves = xs.map(() => 0)) {
  const length = (/** @type {number} */ i) => (i === xs.length - 1 ? Infinity : (xs[i + 1] ?? end) - xs[i]);
  const order = xs.map((_, i) => i).sort((a, b) => length(b) - length(a));
  /** @type {Set<number>} */
  const named = new Set();
  for (const i of order) if ([...named].every((other) => Math.abs(xs[other] - xs[i]) >= Math.max(LABEL_GAP, halves[other] + halves[i] + NAME_GAP))) named.add(i);
  return named;
}

/** @param {number} place */
function shortName(place) {
  const name = [...className(place)];
  return name.length > SHORT ? `${name.slice(0, SHORT - 1).join('')}…` : name.join('');
}

/** The digit that leads; -1 where none does or none is recognised. @param {Moment} moment */
function leadOf({ prediction }) {
  const guess = guessOf(prediction);
  return guess && !guess.unsure ? guess.digit : -1;
}

export class GuessTimeline {
  /** @type {HTMLCanvasElement} */ #canvas;
  /** @type {CanvasRenderingContext2D} */ #context;
  // Set by the observer: reading it in the middle of a frame would cost a layout of the page.
  #size = { width: 0, height: 0 };
  /** @type {Readonly<Record<typeof COLOURS[number], string>>} */ #colours = { axis: '', curve: '', lead: '', words: '', cursor: '' };
  #font = '';
  /** @type {Chart} */ #chart = { moments: [], ink: 0, turns: [], known: '', at: null };

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    new ResizeObserver(([entry]) => {
      this.#size = { width: entry.contentRect.width, height: entry.contentRect.height };
      this.#fit();
    }).observe(canvas);
    for (const query of ['(prefers-color-scheme: dark)', '(forced-colors: active)']) {
      matchMedia(query).addEventListener('change', () => this.#fit());
    }
  }

  /**
   * The ink at a place of the chart.
   * @param {number} x CSS px from its left edge
   */
  inkAt(x) {
    return scalesOf(this.#size, this.#chart.ink).inkAt(x);
  }

  /** @param {Chart} chart */
  draw(chart) {
    this.#chart = chart;
    const { width, height } = this.#size;
    if (width === 0) return;
    const context = this.#context;
    const scale = this.#canvas.width / width;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = this.#font;
    context.textBaseline = 'alphabetic';
    this.#drawAxes();
    if (chart.moments.length === 0) return;
    this.#drawTurns();
    this.#drawCurves();
    if (chart.at !== null) this.#drawCursor(chart.at);
  }

  #fit() {
    const { width, height } = this.#size;
    this.#canvas.width = Math.max(1, Math.round(width * devicePixelRatio));
    this.#canvas.height = Math.max(1, Math.round(height * devicePixelRatio));
    const style = getComputedStyle(this.#canvas);
    this.#colours = /** @type {any} */ (Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])));
    this.#font = `${style.fontSize} ${style.fontFamily}`;
    this.draw(this.#chart);
  }

  #drawAxes() {
    const { width, height } = this.#size;
    const { x, y } = scalesOf(this.#size, this.#chart.ink);
    for (const share of height < LOW ? [0, 1] : [0, 0.5, 1]) {
      this.#line([[LEFT, y(share)], [width - RIGHT, y(share)]], 'axis', 1);
      this.#text(`${100 * share} %`, LEFT - 6, y(share) + 4, 'words', 'end');
    }
    const { ink } = this.#chart;
    const bottom = height - 3;
    if (ink === 0) return this.#text(text('life.ink'), LEFT, bottom, 'words', 'start');
    this.#text('0', LEFT, bottom, 'words', 'start');
    const end = x(ink);
    if (end - LEFT > 170) this.#text('50 %', x(ink / 2), bottom, 'words', 'center');
    this.#text(end - LEFT > 260 ? text('life.all-ink') : '100 %', Math.max(end, LEFT + 46), bottom, 'words', 'end');
  }

  #drawTurns() {
    const { ink, turns, known } = this.#chart;
    const { x, y } = scalesOf(this.#size, ink);
    const xs = turns.map(({ share }) => x(share * ink));
    const names = turns.map(({ digit }) => (digit === null ? '?' : shortName(digit)));
    const halves = names.map((name) => this.#context.measureText(name).width / 2);
    const middles = xs.map((place, i) => Math.min(place, this.#size.width - halves[i]));
    const named = roomFor(middles, x(ink), halves);
    const last = turns.length - 1;
    turns.forEach(({ digit }, i) => {
      const stands = i === last && digit !== null;
      const colour = stands ? 'lead' : 'axis';
      this.#line([[xs[i], TOP - 2], [xs[i], y(0)]], colour, 1);
      if (named.has(i)) this.#text(names[i], middles[i], TOP - 7, stands ? 'lead' : 'words', 'center');
    });
    if (known === '') return;
    const beside = Math.max(LABEL_GAP, halves[last] + NAME_GAP);
    const room = this.#size.width - RIGHT - middles[last] - beside;
    const wide = this.#context.measureText(known).width;
    if (wide <= room) this.#text(known, middles[last] + beside, TOP - 7, 'lead', 'start');
    else this.#text(known, middles[last] - beside, TOP - 7, 'lead', 'end', true);
  }

  #drawCurves() {
    const { moments, ink } = this.#chart;
    const { x, y } = scalesOf(this.#size, ink);
    const lead = leadOf(moments[moments.length - 1]);
    const xs = moments.map((moment) => x(moment.ink));
    for (const digit of [...Array(classCount()).keys()].filter((one) => one !== lead).concat(lead < 0 ? [] : [lead])) {
      const shares = moments.map(({ prediction }) => prediction.probabilities[digit]);
      if (digit !== lead && shares.every((share) => share < FAINTEST)) continue;
      const points = shares.map((share, i) => /** @type {const} */ ([xs[i], y(share)]));
      // Without ink each digit is as likely as the others.
      this.#line([[LEFT, y(1 / classCount())], ...points], digit === lead ? 'lead' : 'curve', digit === lead ? 2.5 : 1.25);
    }
  }

  /** @param {number} at */
  #drawCursor(at) {
    const { moments, ink } = this.#chart;
    const { x, y } = scalesOf(this.#size, ink);
    this.#line([[x(at), TOP - 4], [x(at), y(0) + 4]], 'cursor', 2);
    const moment = moments.findLast((one) => one.ink <= at + 0.5);
    const guess = moment && leadingOf(moment.prediction.probabilities);
    if (!guess) return;
    this.#context.fillStyle = this.#colours.cursor;
    this.#context.beginPath();
    this.#context.arc(x(at), y(guess.probability), 1.5 * MIDDLE_DOT, 0, 2 * Math.PI);
    this.#context.fill();
  }

  /**
   * @param {readonly (readonly [x: number, y: number])[]} points
   * @param {typeof COLOURS[number]} colour
   * @param {number} width
   */
  #line(points, colour, width) {
    const context = this.#context;
    context.strokeStyle = this.#colours[colour];
    context.lineWidth = width;
    context.lineJoin = context.lineCap = 'round';
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
  }

  /**
   * @param {string} words
   * @param {number} x
   * @param {number} y
   * @param {typeof COLOURS[number]} colour
   * @param {CanvasTextAlign} align
   * @param {boolean} [over] what is below it is cleared first
   */
  #text(words, x, y, colour, align, over = false) {
    const context = this.#context;
    if (over) context.clearRect(x - context.measureText(words).width - 4, 0, context.measureText(words).width + 8, TOP - 3);
    context.fillStyle = this.#colours[colour];
    context.textAlign = align;
    context.fillText(words, x, y);
  }
}
