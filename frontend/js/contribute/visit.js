/** What Contribute needs besides drawing and sending: loaded once somebody contributes, as most visitors only watch. */

import { isDigits } from '../ui/symbols.js';

/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('./recent_strip.js').GivenDrawing} GivenDrawing */
/** @typedef {import('./session.js').Session} Session */
/**
 * @typedef {object} Collaborators
 * @property {(shares: readonly number[] | null) => void} confuse how often the best model confuses each digit
 * @property {(digit: number) => void} ask for this digit next
 */

export class Visit {
  /** @type {Collaborators} */ #collaborators;
  /** @type {Promise<Session> | null} */ #session = null;
  /** @type {readonly Model[]} */ #models = [];
  #card = ''; // the version whose confusions are known
  #isContributing = false;
  #isTraining = false;

  /** @param {Collaborators} collaborators */
  constructor(collaborators) {
    this.#collaborators = collaborators;
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
    void this.#session?.then((session) => session.serve(models));
  }

  /**
   * A drawing was given.
   * @param {GivenDrawing} given
   * @param {number | null} known
   */
  add({ id, label, strokes }, known) {
    if (typeof label !== 'number') return; // of another set than digits
    this.#session ??= this.#open();
    void this.#session.then((session) => session.add({ id, label, strokes }, known), () => (this.#session = null));
  }

  /** @param {readonly GivenDrawing[]} given newest last */
  follow(given) {
    void this.#session?.then((session) => session.follow(given));
  }

  /** @param {boolean} isTraining */
  setTraining(isTraining) {
    this.#isTraining = isTraining;
    void this.#session?.then((session) => session.setTraining(isTraining));
  }

  async #open() {
    const [{ SUMMARY, Session }, { SessionView }, { readAtStages }] = await Promise.all([
      import('./session.js'),
      import('./session_view.js'),
      import('./stage_reading.js'),
    ]);
    const view = new SessionView(this.#collaborators.ask);
    const session = new Session(readAtStages, () => {
      if (session.count >= SUMMARY || session.taught) view.show(session);
    });
    session.setTraining(this.#isTraining);
    session.serve(this.#models);
    return session;
  }

  /** Without a card that says what is confused, the digits that were drawn least are asked for. */
  async #readCard() {
    const [best] = this.#models;
    if (!isDigits || !best || this.#card === best.model) return;
    this.#card = best.model;
    try {
      const [{ Cards }, { confusedShares }] = await Promise.all([import('../models/cards.js'), import('./prompts.js')]);
      const { metrics } = await new Cards().read(best);
      this.#collaborators.confuse(confusedShares(metrics));
    } catch {
      this.#card = '';
    }
  }
}
