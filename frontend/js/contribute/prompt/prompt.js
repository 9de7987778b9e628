/** Keeps the digit or class that is asked for, and the probability with which it was chosen. No elements. */

import { isDigits, labelOf, placeOf } from '../../ui/language/symbols.js';
import { chooseDigit, choosePrompt } from './prompt_choice.js';

/** @typedef {import('../../ui/language/symbols.js').Label} Label */

export class Prompt {
  /** @type {number | null} */ #asked = null;
  /** @type {Label | null} */ #askedBefore;
  /** @type {number | null} */ #probability = null;
  /** @type {readonly number[] | null} */ #confused = null;

  /** @param {Label | null} asked the digit or class that was asked for before a reload */
  constructor(asked) {
    this.#askedBefore = asked;
    if (isDigits && typeof asked === 'number') this.#asked = asked;
  }

  /** The place of what is asked for; null before there is anything. */
  get asked() {
    return this.#asked;
  }

  /** What is asked for, as contributions name it. @returns {Label | null} */
  get label() {
    return this.#asked === null ? this.#askedBefore : labelOf(this.#asked);
  }

  /** With which it was chosen; null where the page did not choose it, or has forgotten. */
  get probability() {
    return this.#probability;
  }

  /**
   * The classes are known: asks for what was asked for before a reload, or anew.
   * @param {readonly number[]} byLabel stored drawings of each class
   */
  begin(byLabel) {
    const before = this.#askedBefore === null ? -1 : placeOf(this.#askedBefore);
    this.#askedBefore = null;
    if (this.#asked === null && before >= 0) this.#asked = before;
    if (this.#asked === null) this.next(byLabel);
  }

  /**
   * Asks for another one than now.
   * @param {readonly number[]} byLabel stored drawings of each class
   */
  next(byLabel) {
    if (isDigits) {
      const { digit, probability } = choosePrompt(byLabel, this.#confused, Math.random(), this.#asked);
      [this.#asked, this.#probability] = [digit, probability];
    } else {
      [this.#asked, this.#probability] = [chooseDigit(byLabel, Math.random(), this.#asked), null];
    }
  }

  /** @param {number} digit that the visitor chose to draw */
  askFor(digit) {
    [this.#asked, this.#probability] = [digit, null];
  }

  /** Nothing is asked for: the classes have changed. */
  forget() {
    this.#asked = null;
  }

  /** @param {readonly number[] | null} shares how often the best model confuses each digit; from the next prompt on */
  setConfused(shares) {
    this.#confused = shares;
  }
}
