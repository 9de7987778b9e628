/** Asks once about a drawing that the model reads as another digit than the one that was asked for. */

import { byId } from '../ui/dom.js';
import { ask } from '../ui/confirmation.js';
import { text } from '../ui/language/language.js';
import { aDigit } from '../ui/language/words.js';

/** @typedef {import('../watch/predictions.js').Guess} Guess */

const PAUSE_MS = 400; // longer than the second half of a double click takes
const CONFIDENT = 0.9; // probability from which the model's reading is worth a question

export class LabelQuestion {
  #place = byId('label-question', HTMLElement);
  /** @type {AbortController | null} */ #open = null;

  get isOpen() {
    return this.#open !== null;
  }

  /**
   * @param {Promise<Guess | null>} guessing of the finished drawing
   * @param {number | null} asked
   * @returns {Promise<'unasked' | 'keep' | 'again' | null>} null when the question was withdrawn
   */
  async settle(guessing, asked) {
    this.withdraw();
    const open = new AbortController();
    this.#open = open;
    const guess = await guessing;
    if (open.signal.aborted) return null;
    if (guess === null || asked === null || guess.digit === asked || guess.probability < CONFIDENT) {
      this.#open = null;
      return 'unasked';
    }
    const read = guess.unsure ? text('label.unknown') : aDigit(guess.digit);
    const question = { words: text('label.looks-like', { read, asked: aDigit(asked) }), yes: text('label.keep'), no: text('label.again') };
    const kept = await ask(this.#place, { ...question, pauseMs: PAUSE_MS }, open.signal);
    if (this.#open === open) this.#open = null;
    return open.signal.aborted ? null : kept ? 'keep' : 'again';
  }

  /** The drawing has changed, or the visitor does something else. */
  withdraw() {
    this.#open?.abort();
    this.#open = null;
  }
}
