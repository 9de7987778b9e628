/**
 * A hand that draws example digits on the empty canvas, with the bars as they were recorded. Sends nothing: `ghost.json` has
 * the strokes and the predictions (`infra/ghost.py` makes it).
 */

import { Brush } from '../../ink/brush.js';
import { contextOf } from '../../ink/visible_canvas.js';
import { SIDE, cutAtInk, inkLength } from '../../ink/geometry.js';
import { byId, element } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { inkBy, paceOf } from '../life/drawing_life.js';

/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {{readonly label: number, readonly strokes: readonly Stroke[],
 *   readonly moments: readonly (readonly [ink: number, thousandths: readonly number[]])[]}} GhostDrawing */
/**
 * @typedef {object} Shown
 * @property {(probabilities: readonly number[]) => void} example shows them as an example
 * @property {() => void} end shows the visitor's own again
 */

const URL_OF_DRAWINGS = new URL('ghost.json', import.meta.url);
const REST_MS = 2200; // a finished digit stays as long as it takes to look at its bars
const ROUNDS = 5; // then the last digit stays: a page that is left open draws no power
const OPACITY = 0.42; // a ghost is no ink
const SIZE = 0.84; // of the canvas: the words below it need the rest
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

/** @returns {Promise<readonly GhostDrawing[]>} */
export async function readGhost() {
  const answer = await fetch(URL_OF_DRAWINGS);
  if (!answer.ok) throw new Error(`${URL_OF_DRAWINGS.pathname}: ${answer.status}`);
  return (await answer.json()).drawings;
}

/**
 * The recorded probabilities when this much ink was drawn.
 * @param {GhostDrawing} drawing
 * @param {number} ink px
 */
export function recorded({ moments }, ink) {
  const moment = moments.findLast((one) => one[0] <= ink) ?? moments[0];
  return moment[1].map((thousandths) => thousandths / 1000);
}

export class Ghost {
  /** @type {readonly GhostDrawing[]} */ #drawings;
  /** @type {Shown} */ #shown;
  #canvas = element('canvas', { id: 'ghost', 'aria-hidden': 'true' });
  #note = element('small', { id: 'ghost-note' }, text('draw.example'));
  #brush = new Brush();
  #isShown = false;
  #number = 0; // of drawings that were begun
  #frame = 0;
  #timer = 0;

  /**
   * @param {readonly GhostDrawing[]} drawings
   * @param {Shown} shown
   */
  constructor(drawings, shown) {
    this.#drawings = drawings;
    this.#shown = shown;
    STILL.addEventListener('change', () => this.#isShown && this.#begin());
  }

  /** @param {boolean} isShown */
  show(isShown) {
    if (isShown === this.#isShown) return;
    this.#isShown = isShown;
    this.#stop();
    document.body.toggleAttribute('data-ghost', isShown);
    if (isShown) {
      byId('drawing-area', HTMLElement).append(this.#canvas);
      byId('invitation', HTMLElement).append(this.#note);
      this.#begin();
    } else {
      this.#canvas.remove();
      this.#note.remove();
      this.#shown.end();
    }
  }

  #begin() {
    this.#stop();
    const drawing = this.#drawings[this.#number % this.#drawings.length];
    if (STILL.matches) return this.#draw(drawing, inkLength(drawing.strokes));
    this.#number++;
    const pace = paceOf(drawing.strokes);
    const begun = performance.now();
    const step = () => {
      const ink = inkBy(pace, performance.now() - begun);
      this.#draw(drawing, ink ?? inkLength(drawing.strokes), ink !== null);
      if (ink !== null) this.#frame = requestAnimationFrame(step);
      else if (this.#number < ROUNDS * this.#drawings.length) this.#timer = setTimeout(() => this.#begin(), REST_MS);
    };
    step();
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
  }

  /**
   * @param {GhostDrawing} drawing
   * @param {number} ink px
   * @param {boolean} [moves] whether the hand is seen
   */
  #draw(drawing, ink, moves = false) {
    const context = this.#cleared();
    const strokes = cutAtInk(drawing.strokes, Math.max(ink / inkLength(drawing.strokes), 0.001));
    this.#brush.paint(context, strokes);
    fade(context);
    const tip = strokes.at(-1)?.at(-1);
    if (moves && tip) drawHand(context, tip[0], tip[1]);
    this.#shown.example(recorded(drawing, ink));
  }

  #cleared() {
    const side = Math.max(1, Math.round(this.#canvas.clientWidth * devicePixelRatio));
    if (this.#canvas.width !== side) this.#canvas.width = this.#canvas.height = side;
    const context = contextOf(this.#canvas);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, side, side);
    const scale = (side / SIDE) * SIZE;
    context.setTransform(scale, 0, 0, scale, (side * (1 - SIZE)) / 2, 0);
    context.fillStyle = context.strokeStyle = getComputedStyle(this.#canvas).color;
    return context;
  }
}

/**
 * Makes all that was painted so far paler, crossings as much as the rest.
 * @param {CanvasRenderingContext2D} context
 */
function fade(context) {
  context.save();
  context.globalCompositeOperation = 'destination-in';
  context.globalAlpha = OPACITY;
  context.fillRect(-SIDE, -SIDE, 3 * SIDE, 3 * SIDE);
  context.restore();
}

/**
 * A pencil whose tip is at the place.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 */
function drawHand(context, x, y) {
  context.save();
  context.translate(x, y);
  context.rotate(Math.PI / 5);
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.stroke(new Path2D('M0 0 L-9 -24 L-9 -104 Q0 -112 9 -104 L9 -24 Z M-9 -24 L9 -24'));
  context.restore();
}
