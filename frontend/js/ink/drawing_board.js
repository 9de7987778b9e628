/** Keeps the drawing in progress: a pen and steps of its history change it, and a canvas shows it once a frame. No elements. */

import { beginStroke, extendStroke, isEmpty, newDrawing } from './drawing.js';
import { NO_HISTORY, redone, remember, undone } from './history.js';

/** @typedef {import('./drawing.js').Drawing} Drawing */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */
/** @typedef {import('./history.js').History} History */
/** @typedef {import('./pen/pen.js').Pen} Pen */
/** @typedef {import('./pen/pen.js').Pointer} Pointer */
/** @typedef {{draw(strokes: readonly Stroke[], faint?: readonly Stroke[], ahead?: readonly Point[] | null): void}} Canvas */
/**
 * @typedef {object} Listener
 * @property {() => boolean} [mayDraw]
 * @property {() => void} [altered] called at each change
 * @property {(drawing: Drawing) => void} [changed] called once a frame at most
 * @property {() => void} [rested] the pen was lifted, or the strokes were replaced
 * @property {() => void} [cleared] another drawing begins
 * @property {(can: {readonly undo: boolean, readonly redo: boolean}) => void} [history] what can be undone and redone
 */

export class DrawingBoard {
  /** @type {Pen} */
  pen = {
    down: (point, pointer) => this.#begin(point, pointer),
    move: (points, ahead = []) => this.#penIsDown && this.#extend(points, ahead),
    up: () => this.#rest(),
    cancel: () => this.#penIsDown && this.#takeBack(),
  };

  /** @type {Canvas} */ #canvas;
  /** @type {Listener} */ #listener = {};
  #drawing = newDrawing(1);
  /** @type {Pointer} */ #pointer = 'unknown';
  #penIsDown = false; // false also when the stroke was undone or cleared from under the pen
  /** @type {readonly Point[]} */ #ahead = []; // where the pen is expected next
  /** @type {History} */ #history = NO_HISTORY;
  /** @type {History} */ #historyBefore = NO_HISTORY; // the stroke in progress
  #frame = 0;
  #isChanged = false;

  /** @param {Canvas} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** @param {Listener} listener */
  set listener(listener) {
    this.#listener = listener;
  }

  /** Shows the listener the drawing once more, if there is one. */
  showAgain() {
    if (this.isEmpty) return;
    this.#isChanged = true;
    this.#paintSoon();
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

  /** Empties the canvas, for another drawing; can be undone. */
  clear() {
    if (!this.isEmpty) this.#goTo(remember(this.#history, this.strokes), []);
  }

  /** An empty canvas for another drawing, without a history. */
  reset() {
    this.load([], 'unknown');
  }

  /**
   * Puts other strokes on the canvas, as another drawing.
   * @param {readonly Stroke[]} strokes
   * @param {Pointer} pointer that drew them
   * @param {History} [history] of them
   */
  load(strokes, pointer, history = NO_HISTORY) {
    this.#pointer = pointer;
    this.#historyBefore = NO_HISTORY;
    this.#goTo(history, strokes, true);
  }

  undo() {
    const before = undone(this.#history, this.strokes);
    if (before) this.#goTo(before.history, before.strokes);
  }

  /** Whether there was something to redo. */
  redo() {
    const after = redone(this.#history, this.strokes);
    if (after) this.#goTo(after.history, after.strokes);
    return after !== null;
  }

  /** The stroke in progress was a palm's: it is no step to undo. */
  #takeBack() {
    this.#goTo(this.#historyBefore, this.strokes.slice(0, -1));
  }

  /**
   * @param {History} history
   * @param {readonly Stroke[]} strokes
   * @param {boolean} [isOther] whether they are another drawing, as they are wherever the canvas was or becomes empty
   */
  #goTo(history, strokes, isOther = this.isEmpty || strokes.length === 0) {
    this.#penIsDown = false;
    this.#history = history;
    const { number } = this.#drawing;
    this.#change({ ...newDrawing(isOther ? number + 1 : number), strokes });
    if (isOther) this.#listener.cleared?.();
    this.#listener.rested?.();
  }

  #rest() {
    this.#penIsDown = false;
    this.#ahead = [];
    this.#paintSoon();
    this.#listener.rested?.();
  }

  /**
   * @param {readonly Point[]} points
   * @param {readonly Point[]} ahead
   */
  #extend(points, ahead) {
    this.#ahead = ahead;
    this.#change(extendStroke(this.#drawing, points));
  }

  /**
   * @param {Point} point
   * @param {Pointer} pointer
   */
  #begin(point, pointer) {
    if (this.#listener.mayDraw?.() === false) return;
    this.#pointer = pointer;
    this.#penIsDown = true;
    this.#historyBefore = this.#history;
    this.#history = remember(this.#history, this.strokes);
    this.#change(beginStroke(this.#drawing, point));
  }

  /** @param {Drawing} next */
  #change(next) {
    if (next === this.#drawing) return;
    this.#drawing = next;
    this.#listener.altered?.();
    this.#listener.history?.({ undo: this.#history.past.length > 0, redo: this.#history.future.length > 0 });
    this.#isChanged = true;
    this.#paintSoon();
  }

  /** Many pointer events come in one frame. */
  #paintSoon() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#canvas.draw(this.strokes, [], this.#penIsDown ? this.#ahead : null);
      if (this.#isChanged) this.#listener.changed?.(this.#drawing);
      this.#isChanged = false;
    });
  }
}
