/** What was given from this browser and is kept by the service, and deleting it until the service has answered. */

/** @typedef {import('./receipts.js').Held} Held */
/** @typedef {import('./receipts.js').Receipts} Receipts */
/** @typedef {import('./receipt_requests.js').Ticket} Ticket */
/** @typedef {import('./receipt_requests.js').Deletion} Deletion */
/** @typedef {'kept' | 'deleting' | 'deleted' | 'unknown'} Standing */
/** @typedef {Held & {readonly standing: Standing}} Drawn */

const AGAIN_MS = 4000; // between tries of a service that does not answer

/**
 * @typedef {object} Surroundings
 * @property {Receipts} receipts
 * @property {(ticket: Ticket) => Promise<Deletion>} remove
 * @property {() => void} changed
 * @property {(held: Held) => void} deleted
 */

export class Yours {
  /** @type {Surroundings} */ #surroundings;
  /** @type {readonly Drawn[]} */ #list = [];
  #working = false;
  #unanswered = false;
  #timer = 0;

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    this.#surroundings = surroundings;
  }

  /** @returns {readonly Drawn[]} newest first; what was deleted stays until the page is left */
  get list() {
    return this.#list;
  }

  /** Whether the service did not answer the last deletion. */
  get unanswered() {
    return this.#unanswered;
  }

  get lasting() {
    return this.#surroundings.receipts.lasting;
  }

  /** Reads what earlier visits left. */
  async load() {
    const held = await this.#surroundings.receipts.all();
    const found = held.map((one) => ({ ...one, standing: /** @type {Standing} */ (one.deleting ? 'deleting' : 'kept') }));
    this.#list = found.sort((a, b) => b.given - a.given);
    this.#surroundings.changed();
    await this.resume();
  }

  /**
   * Kept when this resolves, so that the contribution itself may be let go of.
   * @param {Held} held
   */
  async add(held) {
    await this.#surroundings.receipts.add(held);
    if (this.#list.some(({ id }) => id === held.id)) return;
    this.#list = [{ ...held, standing: 'kept' }, ...this.#list];
    this.#surroundings.changed();
  }

  /**
   * Deletes these; those that the service doesn't answer for are tried until it does, in later visits too.
   * @param {readonly string[]} ids
   */
  async delete(ids) {
    for (const held of this.#list.filter(({ id, standing }) => ids.includes(id) && standing === 'kept')) {
      await this.#surroundings.receipts.add({ ...bare(held), deleting: true });
      this.#stand(held.id, 'deleting');
    }
    await this.resume();
  }

  /** Goes on with what was asked for; called when there is reason to hope that the service answers again. */
  async resume() {
    if (this.#working) return;
    this.#working = true;
    clearTimeout(this.#timer);
    try {
      await this.#work();
    } finally {
      this.#working = false;
      this.#surroundings.changed();
    }
  }

  /**
   * Lets go of a receipt that the service doesn't know.
   * @param {string} id
   */
  async forget(id) {
    await this.#surroundings.receipts.remove(id);
    this.#list = this.#list.filter((held) => held.id !== id);
    this.#surroundings.changed();
  }

  /**
   * Notes that the service said it is deleted already.
   * @param {string} id
   */
  async noteDeleted(id) {
    const held = this.#list.find((one) => one.id === id);
    if (!held) return;
    await this.#surroundings.receipts.remove(id);
    this.#stand(id, 'deleted');
    this.#surroundings.deleted(bare(held));
  }

  async #work() {
    let held;
    while ((held = this.#list.find(({ standing }) => standing === 'deleting'))) {
      const outcome = await this.#surroundings.remove(held);
      this.#unanswered = outcome === 'later';
      if (outcome === 'later') {
        this.#timer = setTimeout(() => void this.resume(), AGAIN_MS);
        return;
      }
      if (outcome === 'deleted') await this.noteDeleted(held.id);
      else await this.#noteUnknown(held);
    }
  }

  /** @param {Held} held */
  async #noteUnknown(held) {
    await this.#surroundings.receipts.add(bare(held));
    this.#stand(held.id, 'unknown');
  }

  /**
   * @param {string} id
   * @param {Standing} standing
   */
  #stand(id, standing) {
    this.#list = this.#list.map((held) => (held.id === id ? { ...held, standing } : held));
    this.#surroundings.changed();
  }
}

/**
 * What is kept in the browser.
 * @param {Held} held
 * @returns {Held}
 */
function bare({ id, receipt, label, use, given, strokes }) {
  return { id, receipt, label, use, given, strokes };
}
