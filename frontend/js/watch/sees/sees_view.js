/** Shows what the leading model gets of the drawing, 20 x 20 cells or 48 points, and which of it speaks for the leading digit. */

import { className } from '../../ui/language/symbols.js';
import { predictAll } from '../../connection/predict_request.js';
import { SIDE, inkBox } from '../../ink/geometry.js';
import { toPath48 } from '../../ink/snapshots/path.js';
import { Pictures } from '../../ink/snapshots/pictures.js';
import { CELLS, GRID, PLACE_BYTES } from '../../ink/snapshots/snapshot.js';
import { contextOf, drawStrokes } from '../../ink/visible_canvas.js';
import { byId } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { piecesOf, strengths } from './evidence.js';
import { encodingsFor } from '../model_choice/model_selection.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../../offline/softmax_model.js').SoftmaxModel} SoftmaxModel */
/**
 * @typedef {object} Seen
 * @property {readonly Stroke[]} strokes
 * @property {Model} model the leading one
 * @property {number | null} digit that leads
 * @property {SoftmaxModel | null} local weights that are here
 */
/** @typedef {{readonly left: number, readonly top: number, readonly side: number}} Frame px of the sheet that the picture shows */

const POINTS = 48;
const SUBPIXELS = 32;
const PATH_START = 4; // bytes of the canvas's size
const BOX_CELLS = 16; // the ink's box fills 16 of the 20 cells
const PICTURE_PX = 240;
const PIECE_PEN = 14; // px of the sheet
const DOT = 5; // px of the sheet, radius of a point

export class SeesView {
  #canvas = byId('sees-picture', HTMLCanvasElement);
  #words = byId('sees-words', HTMLElement);
  #finding = byId('sees-said', HTMLElement);
  #ask = byId('sees-ask', HTMLButtonElement);
  #pictures = new Pictures();
  /** @type {Seen | null} */ #seen = null;
  /** @type {{readonly strokes: readonly Stroke[], readonly pieces: readonly (readonly Stroke[])[], readonly shares: readonly number[]} | null} */
  #evidence = null;

  constructor() {
    this.#ask.addEventListener('click', () => void this.#findEvidence());
  }

  /** @param {Seen | null} seen */
  show(seen) {
    this.#seen = seen;
    const [encoding] = seen ? encodingsFor([seen.model]) : [];
    const isEmpty = !seen || seen.strokes.length === 0 || !encoding;
    if (this.#evidence && this.#evidence.strokes !== seen?.strokes) this.#evidence = null;
    const context = this.#cleared();
    const byWeights = !isEmpty && seen.local !== null && seen.digit !== null;
    this.#ask.hidden = isEmpty || seen.digit === null || byWeights;
    if (!isEmpty && seen.digit !== null) this.#ask.textContent = text('sees.ask', { digit: className(seen.digit) });
    this.#words.textContent = isEmpty ? text('sees.empty') : text(encoding === 'path48' ? 'sees.points' : 'sees.cells');
    this.#finding.textContent = '';
    if (isEmpty) return;
    const payload = this.#payload(encoding, seen.strokes);
    const frame = frameOf(encoding, seen.strokes);
    if (encoding === 'path48') drawPoints(context, payload, frame);
    else drawCells(context, payload);
    if (byWeights && seen.digit !== null) this.#showWeights(context, payload, seen.digit, seen.local);
    else if (this.#evidence) this.#showPieces(context, frame);
  }

  /**
   * @param {import('../../connection/protocol.js').Encoding} encoding
   * @param {readonly Stroke[]} strokes
   */
  #payload(encoding, strokes) {
    return encoding === 'path48' ? toPath48(strokes, SIDE, SIDE) : this.#pictures.payload(encoding, strokes);
  }

  #cleared() {
    const side = Math.round(PICTURE_PX * devicePixelRatio);
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    const context = contextOf(this.#canvas);
    context.setTransform(side / SIDE, 0, 0, side / SIDE, 0, 0);
    context.clearRect(0, 0, SIDE, SIDE);
    return context;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Uint8Array} payload
   * @param {number} digit
   * @param {SoftmaxModel | null} local
   */
  #showWeights(context, payload, digit, local) {
    const cells = local?.evidence(payload, digit);
    if (!cells) return;
    const most = Math.max(...cells);
    const size = SIDE / Math.sqrt(cells.length);
    context.fillStyle = this.#accent;
    cells.forEach((value, i) => {
      if (value <= 0 || most <= 0) return;
      context.globalAlpha = 0.75 * (value / most);
      context.fillRect((i % (SIDE / size)) * size, Math.floor((i * size) / SIDE) * size, size, size);
    });
    context.globalAlpha = 1;
    this.#finding.textContent = text('sees.by-weights', { digit: className(digit) });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Frame} frame
   */
  #showPieces(context, { left, top, side }) {
    const evidence = this.#evidence;
    if (!evidence || !this.#seen) return;
    context.save();
    context.scale(SIDE / side, SIDE / side);
    context.translate(-left, -top);
    context.strokeStyle = this.#accent;
    evidence.pieces.forEach((piece, i) => {
      context.globalAlpha = 0.85 * evidence.shares[i];
      if (evidence.shares[i] > 0) drawStrokes(context, piece, PIECE_PEN);
    });
    context.restore();
    this.#finding.textContent = text('sees.by-leaving-out', { digit: this.#seen.digit === null ? '' : className(this.#seen.digit) });
  }

  get #accent() {
    return getComputedStyle(this.#canvas).getPropertyValue('--accent').trim();
  }

  /** Has the drawing read without each of its pieces, in one request. */
  async #findEvidence() {
    const seen = this.#seen;
    if (!seen || seen.digit === null || seen.strokes.length === 0) return;
    const { strokes, model, digit } = seen;
    const parts = piecesOf(strokes).filter(({ rest }) => rest.length > 0);
    this.#finding.textContent = text('sees.asking');
    try {
      const read = await predictAll([strokes, ...parts.map(({ rest }) => rest)], model.family);
      const [whole, ...without] = read.map(({ probabilities }) => probabilities[digit]);
      this.#evidence = { strokes, pieces: parts.map(({ piece }) => piece), shares: strengths(whole, without) };
      this.show(this.#seen);
    } catch {
      this.#finding.textContent = text('sees.no-answer');
    }
  }
}

/**
 * The part of the sheet that the picture shows.
 * @param {string} encoding
 * @param {readonly Stroke[]} strokes
 * @returns {Frame}
 */
function frameOf(encoding, strokes) {
  const box = inkBox(strokes);
  if (!box || encoding === 'path48' || encoding === 'canvas20') return { left: 0, top: 0, side: SIDE };
  const side = (Math.max(box.right - box.left, box.bottom - box.top) * GRID) / BOX_CELLS;
  return { left: (box.left + box.right - side) / 2, top: (box.top + box.bottom - side) / 2, side };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Uint8Array} payload
 */
function drawCells(context, payload) {
  const levels = payload.length === PLACE_BYTES + CELLS ? payload.subarray(PLACE_BYTES) : payload;
  const size = SIDE / GRID;
  context.fillStyle = getComputedStyle(context.canvas).color;
  for (let i = 0; i < CELLS; i++) {
    if (levels[i] === 0) continue;
    context.globalAlpha = levels[i] / 255;
    context.fillRect((i % GRID) * size, Math.floor(i / GRID) * size, size, size);
  }
  context.globalAlpha = 1;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Uint8Array} payload
 * @param {Frame} frame
 */
function drawPoints(context, payload, { left, top, side }) {
  const view = new DataView(payload.buffer, payload.byteOffset);
  context.fillStyle = getComputedStyle(context.canvas).color;
  for (let i = 0; i < POINTS; i++) {
    const [x, y] = [0, 2].map((offset) => view.getUint16(PATH_START + 4 * i + offset, true) / SUBPIXELS);
    const starts = payload[PATH_START + 4 * POINTS + (i >> 3)] & (1 << (i & 7));
    context.beginPath();
    context.arc(((x - left) * SIDE) / side, ((y - top) * SIDE) / side, starts ? 2 * DOT : DOT, 0, 2 * Math.PI);
    context.fill();
  }
}
