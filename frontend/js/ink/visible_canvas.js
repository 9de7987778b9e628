/** Draws strokes on the canvas that the visitor sees; `canvas.js` has the one that the model is shown. No input. */

import { Brush } from './brush.js';
import { PEN_WIDTH, SIDE } from './geometry.js';

/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */

const DENSITY_LOOK_MS = 500;
const FAINT = 0.14; // opacity
const DOT = 0.01; // px: as short as a line can be and leave its round caps

/**
 * Draws strokes with a round pen; the context's scale and colour are the caller's.
 * @param {CanvasRenderingContext2D} context
 * @param {readonly Stroke[]} strokes
 * @param {number} width px of the sheet
 */
export function drawStrokes(context, strokes, width = PEN_WIDTH) {
  context.lineWidth = width;
  context.lineCap = context.lineJoin = 'round';
  for (const [first, ...rest] of strokes) {
    context.beginPath();
    context.moveTo(first[0], first[1]);
    // A dot: canvases draw nothing for a line of length 0, not even its caps.
    if (rest.length === 0) context.lineTo(first[0] + DOT, first[1]);
    for (const [x, y] of rest) context.lineTo(x, y);
    context.stroke();
  }
}

/**
 * A canvas's 2d context.
 * @param {HTMLCanvasElement} canvas
 * @param {CanvasRenderingContext2DSettings} [settings]
 */
export function contextOf(canvas, settings) {
  const context = canvas.getContext('2d', settings);
  if (!context) throw new Error('no 2d context on a canvas, expected one in every browser of the last ten years');
  return context;
}

/** The canvas that the visitor sees: ink in the style sheet's colour, drawn from the strokes at the screen's resolution. */
export class VisibleCanvas {
  canvas;
  /** @type {CanvasRenderingContext2D} */ #context;
  #brush = new Brush();
  /** @type {readonly Stroke[]} */ #strokes = [];
  /** @type {readonly Stroke[]} */ #faint = [];
  // Read once: within a frame, reading it would recalculate all styles.
  #colour = '';
  #watching = new AbortController();

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.#context = contextOf(canvas);
    const { signal } = this.#watching;
    const observer = new ResizeObserver(() => this.#fit());
    observer.observe(canvas);
    signal.addEventListener('abort', () => observer.disconnect());
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#fit(), { signal });
    this.#watchDensity();
    this.#fit();
  }

  /**
   * @param {readonly Stroke[]} strokes
   * @param {readonly Stroke[]} [faint] below them: what is drawn later than the moment that is looked back at
   * @param {readonly Point[] | null} [ahead] where the pen is expected next; null while it is up
   */
  draw(strokes, faint = [], ahead = null) {
    this.#strokes = strokes;
    this.#faint = faint;
    const context = this.#context;
    const scale = this.canvas.width / SIDE;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    context.fillStyle = this.#colour;
    context.globalAlpha = FAINT;
    this.#brush.paint(context, faint);
    context.globalAlpha = 1;
    const growing = ahead && strokes.at(-1);
    this.#brush.paint(context, growing ? strokes.slice(0, -1) : strokes);
    if (growing) this.#brush.paintGrowing(context, growing, ahead);
  }

  /** On a screen of another density the canvas keeps its size in CSS px, and not every browser tells of the move. */
  #watchDensity() {
    let density = devicePixelRatio;
    const look = () => {
      if (density === devicePixelRatio) return;
      density = devicePixelRatio;
      this.#fit();
    };
    const { signal } = this.#watching;
    addEventListener('resize', look, { signal });
    const looking = setInterval(look, DENSITY_LOOK_MS);
    signal.addEventListener('abort', () => clearInterval(looking));
  }

  /** Follows the screen no more: the canvas is gone. */
  stop() {
    this.#watching.abort();
  }

  #fit() {
    const side = Math.max(1, Math.round(this.canvas.clientWidth * devicePixelRatio));
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    this.#colour = getComputedStyle(this.canvas).color;
    this.draw(this.#strokes, this.#faint);
  }
}
