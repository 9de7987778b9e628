/** The game's sheet: follows the pen, and shows the drawing once a frame. It knows no rules and no model. */

import { beginStroke, extendStroke, newDrawing } from '../ink/drawing.js';
import { SIDE } from '../ink/geometry.js';
import { KeyPen } from '../ink/pen/key_pen.js';
import { trackPen } from '../ink/pen/pen.js';
import { VisibleCanvas } from '../ink/visible_canvas.js';
import { element, setAttributes } from '../ui/dom.js';
import { text } from '../ui/language/language.js';

/** @typedef {import('../ink/geometry.js').Point} Point */
/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../ink/pen/pen.js').Pen} Pen */

export class GameBoard {
  #sheet = element('canvas', { id: 'game-sheet' });
  #cursor = element('span', { id: 'game-pen', 'aria-hidden': 'true', hidden: '' });
  #canvas;
  #drawing = newDrawing(1);
  /** @type {readonly Stroke[]} */ #faint = []; // below the drawing
  #mayDraw = false;
  #penIsDown = false;
  #frame = 0;
  #stopPen = () => {};
  /** @type {Pen} */ #pen = {
    down: (point) => this.#down(point),
    move: (points) => this.#penIsDown && this.#change(extendStroke(this.#drawing, points)),
    up: () => void (this.#penIsDown = false),
    cancel: () => this.put([]),
  };
  /** @type {(strokes: readonly Stroke[]) => void} */ #looked;

  /** @param {(strokes: readonly Stroke[]) => void} looked called after the drawing was shown, once a frame at most */
  constructor(looked) {
    this.#looked = looked;
    this.element = element('div', { id: 'game-board' }, this.#sheet, this.#cursor);
    this.#canvas = new VisibleCanvas(this.#sheet);
    this.setUse('rest');
    new KeyPen(this.#sheet, this.#pen, () => this.#penIsDown, { cursor: (place, isDown) => this.#showPen(place, isDown), tell: () => {} });
  }

  get strokes() {
    return this.#drawing.strokes;
  }

  /** @param {boolean} visible whether it follows the pen */
  setVisible(visible) {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#stopPen();
    this.#stopPen = visible ? trackPen(this.#sheet, this.#pen) : () => {};
  }

  /** @param {'draw' | 'show' | 'rest'} use to draw on, to show a drawing, or nothing yet */
  setUse(use) {
    this.#mayDraw = use === 'draw';
    for (const name of ['role', 'tabindex', 'aria-label', 'aria-describedby', 'aria-hidden']) this.#sheet.removeAttribute(name);
    setAttributes(this.#sheet, attributesOf(use));
  }

  focus() {
    this.#sheet.focus({ preventScroll: true });
  }

  /**
   * Another drawing, shown in the next frame.
   * @param {readonly Stroke[]} strokes
   */
  put(strokes) {
    this.#penIsDown = false; // another drawing begins with a new stroke
    this.#faint = [];
    this.#change({ ...newDrawing(this.#drawing.number + 1), strokes });
  }

  /**
   * A moment of a drawing, shown at once.
   * @param {readonly Stroke[]} until drawn by then
   * @param {readonly Stroke[]} whole
   */
  show(until, whole) {
    this.#drawing = { ...this.#drawing, strokes: until };
    this.#faint = whole;
    this.#look();
  }

  /** @param {Point} point */
  #down(point) {
    if (!this.#mayDraw) return;
    this.#penIsDown = true;
    this.#change(beginStroke(this.#drawing, point));
  }

  /** @param {import('../ink/drawing.js').Drawing} next */
  #change(next) {
    this.#drawing = next;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#look();
    });
  }

  #look() {
    this.#canvas.draw(this.strokes, this.#faint);
    this.#looked(this.strokes);
  }

  /**
   * @param {import('../ink/pen/key_pen.js').Place | null} place
   * @param {boolean} isDown
   */
  #showPen(place, isDown) {
    this.#cursor.hidden = place === null || !this.#mayDraw;
    this.#cursor.toggleAttribute('data-down', isDown);
    if (place) [this.#cursor.style.left, this.#cursor.style.top] = place.map((px) => `${(100 * px) / SIDE}%`);
  }
}

/**
 * @param {'draw' | 'show' | 'rest'} use
 * @returns {Readonly<Record<string, string>>}
 */
function attributesOf(use) {
  if (use === 'rest') return { 'aria-hidden': 'true' };
  if (use === 'show') return { role: 'img', 'aria-label': text('game.drawing') };
  return { role: 'application', tabindex: '0', 'aria-label': text('game.sheet'), 'aria-describedby': 'key-pen-words' };
}
