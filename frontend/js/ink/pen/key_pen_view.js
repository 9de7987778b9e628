/** Shows the keyboard's pen on the sheet, and says where it is once it rests. */

import { byId, setText } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { SIDE } from '../geometry.js';

/** @typedef {import('./key_pen.js').Place} Place */

const REST_MS = 600; // until the place is told: in the middle of a movement it is of no use

export class KeyPenView {
  #cursor = byId('key-pen', HTMLElement);
  #words = byId('pen-words', HTMLElement);
  #timer = 0;

  /**
   * @param {Place | null} place
   * @param {boolean} isDown
   */
  cursor(place, isDown) {
    document.body.toggleAttribute('data-key-pen', place !== null);
    this.#cursor.toggleAttribute('data-down', isDown);
    clearTimeout(this.#timer);
    if (place === null) return;
    const [x, y] = place.map((px) => (100 * px) / SIDE);
    this.#cursor.style.left = `${x}%`;
    this.#cursor.style.top = `${y}%`;
    this.#timer = setTimeout(() => setText(this.#words, text('pen.at', { x: Math.round(x), y: Math.round(y) })), REST_MS);
  }

  /** @param {'down' | 'up' | 'ended'} news */
  tell(news) {
    setText(this.#words, text(`pen.${news}`));
  }
}
