/** What was given from this browser and is kept by the service, and deleting it until the service has answered. */

/** @typedef {import('./receipts.js').ReceiptRecord} ReceiptRecord */
/** @typedef {import('./receipts.js').Receipts} Receipts */
/** @typedef {import('./receipt_requests.js').Ticket} Ticket */
/** @typedef {import('./receipt_requests.js').Deletion} Deletion */
/** @typedef {'kept' | 'deleting' | 'deleted' | 'unknown'} Status */
/** @typedef {ReceiptRecord & {readonly status: Status}} MyDrawing */

const AGAIN_MS = 4000; // between tries of a service that does not answer

/**
 * @typedef {object} Collaborators
 * @property {Receipts} receipts
 * @property {(ticket: Ticket) => Promise<Deletion>} remove
 * @property {() => void} changed
 * @property {(held: ReceiptRecord) => void} deleted
 */

export class MyDrawings {
  /** @type {Collaborators} */ #collaborators;
  /** @type {readonly MyDrawing[]} */ #list = [];
  #working = false;
  #unanswered = false;
  #timer = 0;

  /** @param {Collaborators} collaborators */
  constructor(collaborators) {
    this.#collaborators = collaborators;
  }

  /** @returns {readonly MyDrawing[]} newest first; what was deleted stays until the page is left */
  get list() {
    return this.#list;
  }

  /** Whether the service did not answer the last deletion. */
  get unanswered() {
    return this.#unanswered;
  }

  get lasting() {
    return this.#collaborators.receipts.lasting;
  }

  /** Reads what earlier visits left. */
  async load() {
    const held = await this.#collaborators.receipts.all();
    const found = held.map((one) => ({ ...one, status: /** @type {Status} */ (one.deleting ? 'deleting' : 'kept') }));
    this.#list = found.sort((a, b) => b.given - a.given);
    this.#collaborators.changed();
    await this.resume();
  }

  /**
   * Kept when this resolves, so that the contribution itself may be let go of.
   * @param {ReceiptRecord} held
   */
  async add(held) {
    await this.#collaborators.receipts.add(held);
    if (this.#list.some(({ id }) => id === held.id)) return;
    this.#list = [{ ...held, status: 'kept' }, ...this.#list];
    this.#collaborators.changed();
  }

  /**
   * Deletes these; those that the service doesn't answer for are tried until it does, in later visits too.
   * @param {readonly string[]} ids
   */
  async delete(ids) {
    for (const held of this.#list.filter(({ id, status }) => ids.includes(id) && status === 'kept')) {
      await this.#collaborators.receipts.add({ ...bare(held), deleting: true });
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
      this.#collaborators.changed();
    }
  }

  /**
   * Lets go of a receipt that the service doesn't know.
   * @param {string} id
   */
  async forget(id) {
    await this.#collaborators.receipts.remove(id);
    this.#list = this.#list.filter((held) => held.id !== id);
    this.#collaborators.changed();
  }

  /**
   * Notes that the service said it is deleted already.
   * @param {string} id
   */
  async noteDeleted(id) {
    const held = this.#list.find((one) => one.id === id);
    if (!held) return;
    await this.#collaborators.receipts.remove(id);
    this.#stand(id, 'deleted');
    this.#collaborators.deleted(bare(held));
  }

  async #work() {
    let held;
    while ((held = this.#list.find(({ status }) => status === 'deleting'))) {
      const outcome = await this.#collaborators.remove(held);
      this.#unanswered = outcome === 'later';
      if (outcome === 'later') {
        this.#timer = setTimeout(() => void this.resume(), AGAIN_MS);
        return;
      }
      if (outcome === 'deleted') await this.noteDeleted(held.id);
      else await this.#noteUnknown(held);
    }
  }

  /** @param {ReceiptRecord} held */
  async #noteUnknown(held) {
    await this.#collaborators.receipts.add(bare(held));
    this.#stand(held.id, 'unknown');
  }

  /**
   * @param {string} id
   * @param {Status} status
   */
  #stand(id, status) {
    this.#list = this.#list.map((held) => (held.id === id ? { ...held, status } : held));
    this.#collaborators.changed();
  }
}

/**
 * What is kept in the browser.
 * @param {ReceiptRecord} held
 * @returns {ReceiptRecord}
 */
function bare({ id, receipt, label, use, given, strokes }) {
  return { id, receipt, label, use, given, strokes };
}
