/** Draws strokes on the canvas that the model is shown, and reads it. No input. */

import { hasInkOf, readsBack } from './snapshots/canvas_check.js';
import { SIDE, inkBox } from './geometry.js';
import { encodeGrayPng } from './snapshots/png.js';
import { StrokeRaster } from './snapshots/raster.js';
import { contextOf, drawStrokes } from './visible_canvas.js';

/** @typedef {import('./geometry.js').Box} Box */
/** @typedef {import('./geometry.js').Stroke} Stroke */
/** @typedef {import('./snapshots/snapshot.js').Canvas} Canvas */

const WHITE = 255;
const WHOLE = { left: 0, top: 0, right: SIDE, bottom: SIDE };

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
