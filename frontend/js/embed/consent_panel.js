/** Shows the terms of contributing over an embedded canvas, and waits for the visitor's answer. */

import { made } from './parts.js';

export class ConsentPanel {
  element = made('div', 'consent');
  #terms = document.createElement('p');
  #agree = made('button', 'agree');
  #decline = made('button', 'decline');
  /** @type {((agreed: boolean) => void) | null} */ #asking = null;
  /** @type {Promise<boolean>} */ #agreed = Promise.resolve(false);
  #changed;

  /** @param {() => void} changed called when it begins or ends to ask, but for `close` */
  constructor(changed) {
    this.#changed = changed;
    this.element.hidden = true;
    this.element.append(this.#terms, this.#agree, ' ', this.#decline);
    this.#agree.addEventListener('click', () => this.#answer(true));
    this.#decline.addEventListener('click', () => this.#answer(false));
  }

  /** While it asks, nobody draws. */
  get isAsking() {
    return this.#asking !== null;
  }

  /** @param {{readonly agree: string, readonly decline: string}} words */
  label({ agree, decline }) {
    this.#agree.textContent = agree;
    this.#decline.textContent = decline;
  }

  /**
   * @param {string} terms
   * @returns {Promise<boolean>} whether the visitor agrees; the same answer for all who ask meanwhile
   */
  ask(terms) {
    if (this.isAsking) return this.#agreed;
    this.#terms.textContent = terms;
    this.element.hidden = false;
    this.#agreed = new Promise((/** @type {(agreed: boolean) => void} */ settle) => (this.#asking = settle));
    this.#changed();
    this.#agree.focus();
    return this.#agreed;
  }

  /** Takes no answer for a refusal: the canvas is removed, or has another service. */
  close() {
    this.#settle(false);
  }

  /** @param {boolean} agreed */
  #answer(agreed) {
    if (this.#settle(agreed)) this.#changed();
  }

  /**
   * @param {boolean} agreed
   * @returns {boolean} whether somebody waited
   */
  #settle(agreed) {
    const asking = this.#asking;
    this.#asking = null;
    this.element.hidden = true;
    asking?.(agreed);
    return asking !== null;
  }
}
