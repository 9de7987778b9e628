/** Keeps the drawings of this visit, and what a training that took them in has changed. No elements. */

/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('../given/given_drawings.js').GivenDrawing} GivenDrawing */
/** @typedef {{readonly family: string, readonly model: string, readonly right: readonly boolean[]}} Reading at ten stages, without
 *   the visitor's own drawings in mind */
/**
 * @typedef {object} Entry
 * @property {string} id
 * @property {number} label
 * @property {readonly Stroke[]} strokes
 * @property {number | null} known share of the ink from which the guess stayed right; null where it did not
 * @property {Reading | null} before
 * @property {Reading | null} after by the version that learned from it
 * @property {boolean} taken a training that has begun learns from it
 */
/** @typedef {{readonly before: number, readonly after: number, readonly drawings: number, readonly hardest: Entry}} Improvement shares
 *   of stages read right */

export const SUMMARY = 10; // drawings of a summary

export class Session {
  /** @type {readonly Entry[]} */ #entries = [];
  /** @type {readonly Model[]} */ #models = [];
  /** @type {ReadonlyMap<string, GivenDrawing['status']>} */ #statuses = new Map();
  #isTraining = false;
  /** @type {(strokes: readonly Stroke[], label: number, family: string) => Promise<Reading>} */ #read;
  /** @type {() => void} */ #changed;
  #working = Promise.resolve();

  /**
   * @param {(strokes: readonly Stroke[], label: number, family: string) => Promise<Reading>} read reads it at ten stages
   * @param {() => void} changed
   */
  constructor(read, changed) {
    this.#read = read;
    this.#changed = changed;
  }

  /** @returns {readonly Entry[]} the last ten, oldest first */
  get latest() {
    return this.#entries.slice(-SUMMARY);
  }

  get count() {
    return this.#entries.length;
  }

  /** @returns {Improvement | null} null before a training has taken drawings of this visit in */
  get improvement() {
    const learnt = this.#entries.filter(({ before, after }) => before && after);
    if (learnt.length === 0) return null;
    const share = (/** @type {Reading | null} */ reading) => (reading ? reading.right.filter(Boolean).length / reading.right.length : 0);
    const mean = (/** @type {'before' | 'after'} */ when) => learnt.reduce((sum, entry) => sum + share(entry[when]), 0) / learnt.length;
    const hardest = learnt.reduce((worst, entry) => (share(entry.before) < share(worst.before) ? entry : worst));
    return { before: mean('before'), after: mean('after'), drawings: learnt.length, hardest };
  }

  /**
   * A drawing was given.
   * @param {{readonly id: string, readonly label: number, readonly strokes: readonly Stroke[]}} given
   * @param {number | null} known
   */
  add({ id, label, strokes }, known) {
    this.#entries = [...this.#entries, { id, label, strokes, known, before: null, after: null, taken: false }];
    this.#changed();
    const [best] = this.#models;
    if (best) this.#later(id, 'before', best.family);
  }

  /** @param {readonly GivenDrawing[]} given their statuses; what was deleted or refused goes */
  follow(given) {
    this.#statuses = new Map(given.map(({ id, status }) => [id, status]));
    const kept = this.#entries.filter(({ id }) => this.#statuses.has(id) && this.#statuses.get(id) !== 'refused');
    if (kept.length === this.#entries.length) return;
    this.#entries = kept;
    this.#changed();
  }

  /** @param {boolean} isTraining what is stored when a training begins is what it learns from */
  setTraining(isTraining) {
    if (isTraining && !this.#isTraining) {
      this.#entries = this.#entries.map((entry) => (this.#statuses.get(entry.id) === 'training' ? { ...entry, taken: true } : entry));
    }
    this.#isTraining = isTraining;
  }

  /** @param {readonly Model[]} models served, best first */
  serve(models) {
    this.#models = models;
    for (const { id, before, after, taken } of this.#entries) {
      const now = models.find(({ family }) => family === before?.family);
      if (taken && before && now && now.model !== (after ?? before).model) this.#later(id, 'after', before.family);
    }
  }

  /**
   * One reading after another: none of them is urgent.
   * @param {string} id
   * @param {'before' | 'after'} when
   * @param {string} family
   */
  #later(id, when, family) {
    this.#working = this.#working.then(async () => {
      const entry = this.#entries.find((one) => one.id === id);
      if (!entry) return;
      try {
        const reading = await this.#read(entry.strokes, entry.label, family);
        this.#entries = this.#entries.map((one) => (one.id === id ? { ...one, [when]: reading } : one));
        this.#changed();
      } catch {
        // Without an answer there is nothing to compare.
      }
    });
  }
}
