/** Follows a visit: reads from cards which digits the models confuse, and shows the summary of the visit. */

import { Cards } from '../../models/cards.js';
import { isDigits } from '../../ui/language/symbols.js';
import { confusedShares } from '../prompt/prompt_choice.js';
import { SUMMARY, Session } from './session.js';
import { SessionView } from './session_view.js';
import { readAtStages } from './stage_reading.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('../given/given_drawings.js').GivenDrawing} GivenDrawing */
/**
 * @typedef {object} Collaborators
 * @property {(shares: readonly number[] | null) => void} confuse how often the best model confuses each digit
 * @property {(digit: number) => void} ask for this digit next
 */

export class Visit {
  /** @type {Collaborators} */ #collaborators;
  /** @type {Session} */ #session;
  #cards = new Cards();
  /** @type {readonly Model[]} */ #models = [];
  #card = ''; // the version whose confusions are known
  #isContributing = false;

  /** @param {Collaborators} collaborators */
  constructor(collaborators) {
    this.#collaborators = collaborators;
    const view = new SessionView(collaborators.ask);
    this.#session = new Session(readAtStages, () => {
      if (this.#session.count >= SUMMARY || this.#session.improvement) view.show(this.#session);
    });
  }

  /** The visitor contributes. */
  begin() {
    if (this.#isContributing) return;
    this.#isContributing = true;
    void this.#readCard();
  }

  /** @param {readonly Model[]} models served, best first */
  serve(models) {
    this.#models = models;
    if (this.#isContributing) void this.#readCard();
    this.#session.serve(models);
  }

  /**
   * A drawing was given.
   * @param {GivenDrawing} given
   * @param {number | null} known
   */
  add({ id, label, strokes }, known) {
    if (typeof label !== 'number') return; // of another set than digits
    this.#session.add({ id, label, strokes }, known);
  }

  /** @param {readonly GivenDrawing[]} given newest last */
  follow(given) {
    this.#session.follow(given);
  }

  /** @param {boolean} isTraining */
  setTraining(isTraining) {
    this.#session.setTraining(isTraining);
  }

  /** Without a card that says what is confused, the digits that were drawn least are asked for. */
  async #readCard() {
    const [best] = this.#models;
    if (!isDigits || !best || this.#card === best.model) return;
    this.#card = best.model;
    try {
      const { metrics } = await this.#cards.read(best);
      this.#collaborators.confuse(confusedShares(metrics));
    } catch {
      this.#card = '';
    }
  }
}
