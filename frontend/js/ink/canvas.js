/** Draws strokes on canvases: the one that the visitor sees and the one that the model is shown. No input. */

import { Brush } from './brush.js';
import { hasInkOf, readsBack } from './canvas_check.js';
import { PEN_WIDTH, SIDE, inkBox } from './geometry.js';
import { encodeGrayPng } from './png.js';
import { StrokeRaster } from './raster.js';

/** @typedef {import('./geometry.js').Box} Box */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */
/** @typedef {import('./snapshot.js').Canvas} Canvas */

const WHITE = 255;
const WHOLE = { left: 0, top: 0, right: SIDE, bottom: SIDE };
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
  /** @type {HTMLCanvasElement} */ #canvas;
  /** @type {CanvasRenderingContext2D} */ #context;
  #brush = new Brush();
  /** @type {readonly Stroke[]} */ #strokes = [];
  /** @type {readonly Stroke[]} */ #faint = [];
  // Read once: within a frame, reading it would recalculate all styles.
  #colour = '';
  #watching = new AbortController();

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
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
    const scale = this.#canvas.width / SIDE;
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
    const side = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio));
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    this.#colour = getComputedStyle(this.#canvas).color;
    this.draw(this.#strokes, this.#faint);
  }
}

/**
 * The canvas as the model sees it: black on white, 500 x 500, on any screen. Finished strokes are cached as a picture, so
 * that a frame draws only the last stroke. That stroke is drawn whole each time: drawn in parts, its antialiased edges
 * would overlap and be darker, and the same strokes would give other pixels. In a browser that falsifies what is read from
 * a canvas, the strokes are drawn without one.
 */
export class ModelCanvas {
  #canvas = sheetCanvas();
  #context = contextOf(this.#canvas, { willReadFrequently: true });
  #finishedCanvas = sheetCanvas();
  #finishedContext = contextOf(this.#finishedCanvas, { willReadFrequently: true });
  /** @type {readonly Stroke[]} */ #strokes = [];
  /** @type {readonly Stroke[]} */ #finished = [];
  /** @type {Box | null} where the two canvases may differ */ #under = WHOLE;

  /** @type {StrokeRaster | null} */ #raster = null; // in place of the canvas

  constructor() {
    if (!readsBack(this.#context)) this.#raster = new StrokeRaster();
    blank(this.#finishedContext);
  }

  /** @param {readonly Stroke[]} strokes immutable: a stroke that is identical is not drawn again */
  draw(strokes) {
    this.#strokes = strokes;
    if (this.#raster) return this.#raster.draw(strokes);
    this.#finish(strokes.slice(0, -1));
    this.#uncover();
    drawStrokes(this.#context, strokes.slice(-1));
    this.#under = inkBox(strokes.slice(-1));
  }

  /** Removes the last stroke from the canvas. Copies its box only: the whole canvas costs more than the stroke. */
  #uncover() {
    if (!this.#under) return;
    const { left, top, right, bottom } = this.#under;
    const place = /** @type {const} */ ([left, top, right - left, bottom - top]);
    this.#context.drawImage(this.#finishedCanvas, ...place, ...place);
  }

  /** @param {readonly Stroke[]} strokes */
  #finish(strokes) {
    const grown = this.#finished.every((stroke, i) => stroke === strokes[i]);
    if (grown && strokes.length === this.#finished.length) return;
    this.#under = WHOLE;
    if (!grown) blank(this.#finishedContext);
    drawStrokes(this.#finishedContext, grown ? strokes.slice(this.#finished.length) : strokes);
    this.#finished = strokes;
  }

  /**
   * The drawn canvas, of which only the part with ink is read: the rest is white.
   * @param {readonly Stroke[]} strokes that were drawn last
   * @returns {Canvas}
   */
  read(strokes) {
    if (this.#raster) return this.#raster.read(strokes);
    const canvas = this.#readCanvas(strokes);
    if (canvas && hasInkOf(strokes, canvas.patch)) return canvas;
    this.#raster = new StrokeRaster();
    this.#raster.draw(this.#strokes);
    return this.#raster.read(strokes);
  }

  /**
   * @param {readonly Stroke[]} strokes
   * @returns {Canvas | null} null when the browser forbids it
   */
  #readCanvas(strokes) {
    const box = inkBox(strokes);
    const [left, top] = [box?.left ?? 0, box?.top ?? 0];
    const [width, height] = [(box?.right ?? 1) - left, (box?.bottom ?? 1) - top];
    try {
      const gray = oneChannel(this.#context.getImageData(left, top, width, height).data);
      return { width: SIDE, height: SIDE, patch: { left, top, width, height, gray }, outside: WHITE };
    } catch {
      return null;
    }
  }

  /** @returns {Promise<Uint8Array>} the drawn canvas as PNG */
  png() {
    const { left, top, width, height, gray } = this.read(this.#strokes).patch;
    const whole = new Uint8Array(SIDE * SIDE).fill(WHITE);
    for (let row = 0; row < height; row++) {
      whole.set(gray.subarray(row * width, (row + 1) * width), (top + row) * SIDE + left);
    }
    return encodeGrayPng(SIDE, SIDE, whole);
  }
}

function sheetCanvas() {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  return canvas;
}

/** @param {CanvasRenderingContext2D} context */
function blank(context) {
  context.fillStyle = '#fff';
  context.fillRect(0, 0, SIDE, SIDE);
}

/**
 * `grayOf` for gray pixels, where the weighted sum equals any channel; takes a third of the time.
 * @param {Uint8ClampedArray} rgba
 */
function oneChannel(rgba) {
  const gray = new Uint8Array(rgba.length / 4);
  for (let i = 0; i < gray.length; i++) gray[i] = rgba[4 * i];
  return gray;
}
