/** Shows that answers use the visitor's own drawings, with a switch to compare and one for somebody else. */

import { byId, setText } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { gainDetails, gainWords, personalWords } from './personal_words.js';

/** @typedef {import('../../connection/protocol.js').PersonalState} PersonalState */
/** @typedef {import('../../watch/personal.js').Personal} Personal */

export class PersonalView {
  #line = byId('personal', HTMLElement);
  #words = byId('personal-words', HTMLElement);
  #gain = byId('personal-gain', HTMLElement);
  #switch = byId('personal-switch', HTMLButtonElement);
  #notMe = byId('not-me', HTMLButtonElement);
  /** @type {Personal} */ #personal;
  /** @type {PersonalState | null} */ #state = null;
  #used = 0;
  #hasAgreed = false;

  /**
   * @param {Personal} personal
   * @param {() => void} changed the visitor has switched
   */
  constructor(personal, changed) {
    this.#personal = personal;
    this.#switch.addEventListener('click', () => {
      personal.toggle();
      changed();
      this.#show();
    });
    this.#notMe.addEventListener('click', () => {
      personal.setSomeoneElse(!personal.isSomeoneElse);
      changed();
      this.#show();
    });
    this.#show();
  }

  /** @param {boolean} hasAgreed without consent there is nothing to show */
  setAgreed(hasAgreed) {
    this.#hasAgreed = hasAgreed;
    this.#show();
  }

  /**
   * What the service knows of the visitor's drawings.
   * @param {PersonalState | null} state
   */
  setState(state) {
    // Switched off, the service says nothing; the figure stays true.
    if (state) this.#state = state;
    if (state && this.#used === 0) this.#used = state.drawings;
    this.#show();
  }

  /** @param {number | null} used own drawings behind the latest prediction; null from a service that doesn't say */
  showUsed(used) {
    if (!this.#personal.isOn) return;
    this.#used = used ?? 0;
    this.#show();
  }

  #show() {
    const personal = this.#personal;
    const words = this.#hasAgreed ? personalWords(personal, this.#used) : '';
    this.#line.hidden = words === '';
    document.body.toggleAttribute('data-personal', words !== '');
    setText(this.#words, words);
    setText(this.#gain, personal.isOn ? gainWords(this.#state) : '');
    this.#gain.title = gainDetails(this.#state);
    this.#switch.hidden = personal.isSomeoneElse;
    this.#switch.setAttribute('aria-pressed', String(personal.isOn));
    setText(this.#switch, text(personal.isOn ? 'personal.without' : 'personal.use'));
    setText(this.#notMe, text(personal.isSomeoneElse ? 'personal.me' : 'personal.not-me'));
  }
}
