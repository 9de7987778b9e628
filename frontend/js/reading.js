/** The guess, its strength and the ten bars, for one model or two. What they show is decided elsewhere. */

import { byId, element } from './dom.js';
import { guessOf } from './predictions.js';
import { percent } from './words.js';

/** @typedef {import('./predictions.js').Guess} Guess */

const UNKNOWN = Array(10).fill(0);
const SPEAK_MS = 900; // a screen reader is told once the guess has rested this long

/** Ten rows: digit, bar, share. Bars move by `transform` alone. */
export class Bars {
  /** @type {readonly {row: HTMLElement, bar: HTMLElement, share: HTMLElement}[]} */ #rows;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#rows = Array.from({ length: 10 }, (_, digit) => {
      const bar = element('span', { class: 'bar' });
      const share = element('span', { class: 'share' });
      const track = element('span', { class: 'track' }, bar);
      const row = element('li', { 'data-digit': String(digit) }, element('span', { class: 'digit' }, `${digit}`), track, share);
      list.append(row);
      return { row, bar, share };
    });
    this.show(null);
  }

  /** @param {readonly number[] | null} probabilities */
  show(probabilities) {
    const leading = probabilities && guessOf(probabilities)?.digit;
    this.#rows.forEach(({ row, bar, share }, digit) => {
      const p = (probabilities ?? UNKNOWN)[digit];
      bar.style.transform = `scaleX(${p})`;
      share.textContent = probabilities ? percent(p) : '';
      row.dataset.probability = probabilities ? String(p) : '';
      row.classList.toggle('leading', digit === leading);
    });
  }
}

/** The leading digit, very large; its tone is its strength. */
export class GuessView {
  #guess = byId('guess', HTMLElement);
  #digit = byId('guess-digit', HTMLElement);
  #strength = byId('guess-strength', HTMLElement);
  #spoken = byId('spoken', HTMLElement);
  #timer = 0;

  /** @param {readonly number[] | null} probabilities */
  show(probabilities) {
    const guess = probabilities && guessOf(probabilities);
    this.#digit.textContent = guess ? String(guess.digit) : '';
    this.#strength.textContent = guess ? percent(guess.probability) : '';
    this.#guess.dataset.digit = guess ? String(guess.digit) : '';
    // Under 0.3 no digit leads by much; the tone runs from there to sure.
    this.#digit.style.opacity = String(guess ? 0.18 + 0.82 * Math.min(Math.max((guess.probability - 0.2) / 0.75, 0), 1) : 1);
    this.#speakLater(guess);
  }

  /** @param {Guess | null} guess */
  #speakLater(guess) {
    clearTimeout(this.#timer);
    if (!guess) return;
    const words = `reads as ${guess.digit}, ${Math.round(100 * guess.probability)} percent`;
    this.#timer = setTimeout(() => (this.#spoken.textContent = words), SPEAK_MS);
  }
}
