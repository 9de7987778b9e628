/** Keeps the drawing in progress: the pen and the buttons change it, and the canvas shows it once a frame. */

import { beginStroke, extendStroke, isEmpty, newDrawing, undoStroke } from './drawing.js';
import { trackPen } from './pen.js';

/** @typedef {import('./drawing.js').Drawing} Drawing */
/** @typedef {import('./geometry.js').Stroke} Stroke */
/** @typedef {import('./pen.js').Pointer} Pointer */
/**
 * @typedef {object} Listener
 * @property {() => boolean} mayDraw
 * @property {() => void} altered called at each change
 * @property {(drawing: Drawing) => void} changed called once a frame at most
 * @property {() => void} rested the pen was lifted, or the strokes were replaced
 * @property {() => void} cleared another drawing begins
 */

export class DrawingBoard {
  /** @type {{draw(strokes: readonly Stroke[], faint?: readonly Stroke[]): void}} */ #canvas;
  /** @type {Listener} */ #listener;
  #drawing = newDrawing(1);
  /** @type {Pointer} */ #pointer = 'unknown';
  #penIsDown = false; // false also when the stroke was undone or cleared from under the pen
  #frame = 0;

  /**
   * @param {HTMLElement} surface
   * @param {{draw(strokes: readonly Stroke[], faint?: readonly Stroke[]): void}} canvas
   * @param {Listener} listener
   */
  constructor(surface, canvas, listener) {
    this.#canvas = canvas;
    this.#listener = listener;
    trackPen(surface, {
      down: (point, by) => this.#begin(point, by),
      move: (points) => this.#penIsDown && this.#change(extendStroke(this.#drawing, points)),
      up: () => this.#rest(),
      cancel: () => this.#penIsDown && this.undo(),
    });
  }

  get strokes() {
    return this.#drawing.strokes;
  }

  get pointer() {
    return this.#pointer;
  }

  get penIsDown() {
    return this.#penIsDown;
  }

  get isEmpty() {
    return isEmpty(this.#drawing);
  }

  /**
   * Shows an earlier state of a drawing, until the drawing in progress changes.
   * @param {readonly Stroke[] | null} past null: the drawing in progress
   * @param {readonly Stroke[]} whole that drawing when it was finished
   */
  lookAt(past, whole) {
    this.#canvas.draw(past ?? this.strokes, whole);
  }

  clear() {
    this.load([], 'unknown');
  }

  /**
   * Puts other strokes on the canvas, as another drawing.
   * @param {readonly Stroke[]} strokes
   * @param {Pointer} pointer that drew them
   */
  load(strokes, pointer) {
    this.#penIsDown = false;
    this.#pointer = pointer;
    this.#change({ ...newDrawing(this.#drawing.number + 1), strokes });
    this.#listener.cleared();
    this.#listener.rested();
  }

  undo() {
    this.#penIsDown = false;
    if (this.#drawing.strokes.length <= 1) this.clear();
    else {
      this.#change(undoStroke(this.#drawing));
      this.#listener.rested();
    }
  }

  #rest() {
    this.#penIsDown = false;
    this.#listener.rested();
  }

  /**
   * @param {import('./geometry.js').Point} point
   * @param {Pointer} pointer
   */
  #begin(point, pointer) {
    if (!this.#listener.mayDraw()) return;
    this.#pointer = pointer;
    this.#penIsDown = true;
    this.#change(beginStroke(this.#drawing, point));
  }

  /** @param {Drawing} next */
  #change(next) {
    if (next === this.#drawing) return;
    this.#drawing = next;
    this.#listener.altered();
    document.body.toggleAttribute('data-inked', !this.isEmpty);
    // Many pointer events come in one frame.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#canvas.draw(this.strokes);
      this.#listener.changed(this.#drawing);
    });
  }
}
