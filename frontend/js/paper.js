/** Strokes on canvases: the sheet that is looked at, and the one that the model is shown. No input in here. */

import { PEN_WIDTH, SIDE, inkBox } from './geometry.js';
import { grayOf } from './snapshot.js';

/** @typedef {import('./geometry.js').Stroke} Stroke */
/** @typedef {import('./snapshot.js').Canvas} Canvas */

const WHITE = 255;
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
    // A dot. Canvases leave out lines without any length, caps and all.
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

/** The sheet that the visitor sees, as sharp as the screen, in the colour that the style sheet gives it. */
export class Sheet {
  /** @type {HTMLCanvasElement} */ #canvas;
  /** @type {CanvasRenderingContext2D} */ #context;
  /** @type {readonly Stroke[]} */ #strokes = [];

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = contextOf(canvas);
    new ResizeObserver(() => this.#fit()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw(this.#strokes));
    this.#fit();
  }

  /** @param {readonly Stroke[]} strokes */
  draw(strokes) {
    this.#strokes = strokes;
    const scale = this.#canvas.width / SIDE;
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.clearRect(0, 0, SIDE, SIDE);
    this.#context.strokeStyle = getComputedStyle(this.#canvas).color;
    drawStrokes(this.#context, strokes);
  }

  #fit() {
    const side = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio));
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    this.draw(this.#strokes);
  }
}

/** The sheet as the model sees it: black on white, 500 x 500, whatever the visitor's screen and colours. */
export class ModelSheet {
  #canvas = document.createElement('canvas');
  /** @type {CanvasRenderingContext2D} */ #context;

  constructor() {
    this.#canvas.width = this.#canvas.height = SIDE;
    this.#context = contextOf(this.#canvas, { willReadFrequently: true });
  }

  /** @param {readonly Stroke[]} strokes */
  draw(strokes) {
    this.#context.fillStyle = '#fff';
    this.#context.fillRect(0, 0, SIDE, SIDE);
    this.#context.strokeStyle = '#000';
    drawStrokes(this.#context, strokes);
  }

  /**
   * The drawn canvas, of which only the part with ink is read: the rest is white.
   * @param {readonly Stroke[]} strokes that were drawn last
   * @returns {Canvas}
   */
  read(strokes) {
    const box = inkBox(strokes);
    const [left, top] = [box?.left ?? 0, box?.top ?? 0];
    const [width, height] = [(box?.right ?? 1) - left, (box?.bottom ?? 1) - top];
    const gray = grayOf(this.#context.getImageData(left, top, width, height).data);
    return { width: SIDE, height: SIDE, patch: { left, top, width, height, gray }, outside: WHITE };
  }

  /** @returns {Promise<Uint8Array>} the drawn canvas as PNG */
  async png() {
    const blob = await new Promise((resolve) => this.#canvas.toBlob(resolve, 'image/png'));
    if (!(blob instanceof Blob)) throw new Error('the browser made no PNG of the sheet');
    return new Uint8Array(await blob.arrayBuffer());
  }
}
