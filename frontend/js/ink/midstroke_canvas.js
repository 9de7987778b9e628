/**
 * <midstroke-canvas>: draws with pointer and keyboard on the canvas inside of it. The service's page is built from it; for
 * pages of other origins `embed/service_canvas.js` adds a canvas of its own and a service, named by `src`.
 */

import { DrawingBoard } from './drawing_board.js';
import { KeyPen } from './pen/key_pen.js';
import { trackPen } from './pen/pen.js';
import { VisibleCanvas } from './visible_canvas.js';

/** @typedef {import('./pen/key_pen.js').Shown} Shown */
/** @typedef {import('./drawing_board.js').Listener & {readonly keyPen?: Shown}} Session what reads the drawing, and shows the
 *   keyboard's pen */

export class MidstrokeCanvas extends HTMLElement {
  static observedAttributes = ['disabled'];

  /** The drawing in progress. */
  board = new DrawingBoard({ draw: (strokes, faint, ahead) => this.#visible?.draw(strokes, faint, ahead) });
  /** @type {VisibleCanvas | null} */ #visible = null;
  /** @type {Shown | null} */ #keyPen = null;
  #stopInk = () => {};

  /**
   * Tells the session of the drawing from now on.
   * @param {Session} session
   */
  useSession(session) {
    this.#keyPen = session.keyPen ?? null;
    this.board.listener = session;
  }

  /** @returns {HTMLCanvasElement} that is drawn on; it can be focused */
  get canvas() {
    const canvas = this.querySelector('canvas');
    if (!canvas) throw new Error('a midstroke-canvas without a canvas in it');
    return canvas;
  }

  /** @returns {HTMLElement} on which pointers draw */
  get surface() {
    return this.canvas;
  }

  /** Whether it takes ink. A class with another condition calls `listen` when that changes. */
  get takesInk() {
    return !this.hasAttribute('disabled');
  }

  connectedCallback() {
    this.#visible = new VisibleCanvas(this.canvas);
    this.#visible.draw(this.board.strokes);
    this.listen();
  }

  disconnectedCallback() {
    this.#stopInk();
    this.#visible?.stop();
    this.#visible = null;
  }

  /**
   * @param {string} name
   * @param {string | null} _before
   * @param {string | null} _after
   */
  attributeChangedCallback(name, _before, _after) {
    if (name === 'disabled' && this.#visible) this.listen();
  }

  /** Follows pointers and keys while it takes ink. */
  listen() {
    const { canvas, board } = this;
    this.#stopInk();
    this.#stopInk = () => {};
    if (!this.takesInk) return;
    const stopPen = trackPen(this.surface, board.pen, window, canvas);
    const keyPen = new KeyPen(canvas, board.pen, () => board.penIsDown, {
      cursor: (place, isDown) => this.#keyPen?.cursor(place, isDown),
      tell: (news) => this.#keyPen?.tell(news),
    });
    this.#stopInk = () => {
      stopPen();
      keyPen.stop();
    };
  }
}
