/** A pen for the keyboard: arrow keys move a cursor over the sheet, Space puts it down and lifts it. */

import { SIDE } from '../geometry.js';

/** @typedef {import('./pen.js').Pen} Pen */
/** @typedef {readonly [x: number, y: number]} Place px of the sheet */
/**
 * @typedef {object} Shown
 * @property {(place: Place | null, isDown: boolean) => void} cursor null: the pen was put away
 * @property {(news: 'down' | 'up' | 'ended') => void} tell
 */

/** @type {Readonly<Record<string, Place>>} */
const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 12; // px of the sheet: a digit takes some sixty steps, and a held key repeats thirty times a second
const SMALL_STEP = 3; // with Shift
/** @type {Place} */
const MIDDLE = [SIDE / 2, SIDE / 2];

export class KeyPen {
  /** @type {Pen} */ #pen;
  /** @type {Shown} */ #shown;
  /** @type {() => boolean} */ #penIsDown;
  /** @type {Place} */ #place = MIDDLE;
  /** @type {Set<string>} */ #held = new Set(); // two arrow keys at once move it obliquely
  #active = false;
  #down = false;
  #listening = new AbortController();

  /**
   * @param {HTMLElement} surface can be focused
   * @param {Pen} pen
   * @param {() => boolean} penIsDown whether the stroke goes on: it may be undone from under the pen
   * @param {Shown} shown
   */
  constructor(surface, pen, penIsDown, shown) {
    this.#pen = pen;
    this.#penIsDown = penIsDown;
    this.#shown = shown;
    const { signal } = this.#listening;
    surface.addEventListener('keydown', (event) => this.#press(event), { signal });
    surface.addEventListener('keyup', ({ key }) => this.#held.delete(key), { signal });
    surface.addEventListener('focus', () => surface.matches(':focus-visible') && this.#start(), { signal });
    surface.addEventListener('blur', () => this.#end(), { signal });
  }

  /** Lifts the pen and hears no more keys. */
  stop() {
    this.#listening.abort();
    this.#end();
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { key, repeat, shiftKey, timeStamp } = event;
    if (Object.hasOwn(DIRECTIONS, key)) this.#move(key, shiftKey ? SMALL_STEP : STEP, timeStamp);
    else if (key === ' ') repeat || this.#toggle(timeStamp);
    else if (key === 'Escape' && this.#active) this.#putAway(); // the next Escape clears the canvas
    else return;
    event.preventDefault();
  }

  #start() {
    this.#active = true;
    this.#show();
  }

  #putAway() {
    this.#end();
    this.#shown.tell('ended');
  }

  #end() {
    this.#lift();
    this.#held.clear();
    this.#active = false;
    this.#shown.cursor(null, false);
  }

  /**
   * @param {string} key
   * @param {number} step
   * @param {number} time ms
   */
  #move(key, step, time) {
    this.#held.add(key);
    const [x, y] = [...this.#held].reduce(([right, down], held) => [right + DIRECTIONS[held][0], down + DIRECTIONS[held][1]], [0, 0]);
    this.#place = [within(this.#place[0] + x * step), within(this.#place[1] + y * step)];
    if (this.#isDown) this.#pen.move([[...this.#place, time]]);
    this.#start();
  }

  /** @param {number} time ms */
  #toggle(time) {
    if (this.#isDown) this.#lift();
    else {
      this.#pen.down([...this.#place, time], 'unknown');
      this.#down = this.#penIsDown(); // not where drawing is not allowed yet
    }
    this.#shown.tell(this.#down ? 'down' : 'up');
    this.#start();
  }

  #lift() {
    if (this.#isDown) this.#pen.up();
    this.#down = false;
  }

  get #isDown() {
    this.#down &&= this.#penIsDown();
    return this.#down;
  }

  #show() {
    this.#shown.cursor(this.#place, this.#isDown);
  }
}

/** @param {number} place */
function within(place) {
  return Math.min(Math.max(place, 0), SIDE);
}
