/** Shows the keyboard's pen on the sheet, and says where it is once it rests. */

import { setText } from '../../ui/dom.js';
import { SIDE } from '../geometry.js';

/** @typedef {import('./key_pen.js').Place} Place */
/**
 * @typedef {object} Look
 * @property {HTMLElement} page has the attribute `data-key-pen` while the pen is in use
 * @property {HTMLElement} cursor
 * @property {HTMLElement} status a live region
 * @property {(news: 'at' | 'down' | 'up' | 'ended', place?: {readonly x: number, readonly y: number}) => string} words the
 *   place in % of the sheet
 */

const REST_MS = 600; // until the place is announced: in the middle of a movement it is of no use

export class KeyPenView {
  /** @type {Look} */ #look;
  #timer = 0;

  /** @param {Look} look */
  constructor(look) {
    this.#look = look;
  }

  /**
   * @param {Place | null} place
   * @param {boolean} isDown
   */
  cursor(place, isDown) {
    const { page, cursor, status, words } = this.#look;
    page.toggleAttribute('data-key-pen', place !== null);
    cursor.toggleAttribute('data-down', isDown);
    clearTimeout(this.#timer);
    if (place === null) return;
    const [x, y] = place.map((px) => (100 * px) / SIDE);
    cursor.style.left = `${x}%`;
    cursor.style.top = `${y}%`;
    this.#timer = setTimeout(() => setText(status, words('at', { x: Math.round(x), y: Math.round(y) })), REST_MS);
  }

  /** @param {'down' | 'up' | 'ended'} news */
  tell(news) {
    setText(this.#look.status, this.#look.words(news));
  }
}
