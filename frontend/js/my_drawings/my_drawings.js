/** Keeps the list of this browser's stored drawings, and deletes them until the service has confirmed. */

import { STATES_MAX } from './receipt_requests.js';

/** @typedef {import('./receipts.js').ReceiptRecord} ReceiptRecord */
/** @typedef {import('./receipts.js').Receipts} Receipts */
/** @typedef {import('./receipt_requests.js').Ticket} Ticket */
/** @typedef {import('./receipt_requests.js').Deletion} Deletion */
/** @typedef {import('./receipt_requests.js').DrawingState} DrawingState */
/** @typedef {'kept' | 'deleting' | 'deleted' | 'unknown'} Status */
/** @typedef {ReceiptRecord & {readonly status: Status}} MyDrawing */

const AGAIN_MS = 4000; // between requests to a service that does not answer

/**
 * @typedef {object} Collaborators
 * @property {Receipts} receipts
 * @property {(ticket: Ticket) => Promise<Deletion>} remove
 * @property {(tickets: readonly Ticket[]) => Promise<readonly DrawingState[]>} states
 * @property {(id: string) => void} filtered the label filter left it out of training
 * @property {() => void} changed
 * @property {(held: ReceiptRecord) => void} deleted
 * @property {(message: import('../ui/tabs.js').TabMessage) => void} tell the other tabs
 */

export class MyDrawings {
  /** @type {Collaborators} */ #collaborators;
  /** @type {readonly MyDrawing[]} */ #list = [];
  #working = false;
  #reviewing = false;
  #unanswered = false;
  #timer = 0;

  /** @param {Collaborators} collaborators */
  constructor(collaborators) {
    this.#collaborators = collaborators;
  }

  /** @returns {readonly MyDrawing[]} newest first; deleted drawings stay until the page is left */
  get list() {
    return this.#list;
  }

  /** True when the service did not answer the last deletion. */
  get unanswered() {
    return this.#unanswered;
  }

  get lasting() {
    return this.#collaborators.receipts.lasting;
  }

  /** Reads the receipts of earlier visits and of other tabs. */
  async load() {
    const held = await this.#collaborators.receipts.all();
    const known = new Set(this.#list.map(({ id }) => id));
    const found = held.filter(({ id }) => !known.has(id)).map(listed);
    this.#list = [...this.#list, ...found].sort((a, b) => b.given - a.given);
    this.#collaborators.changed();
    const stored = new Set(held.map(({ id }) => id));
    // Another tab has removed receipts, and this one did not hear of it. The service says which drawings it keeps.
    if (this.#list.some(({ id, status }) => status === 'kept' && !stored.has(id))) void this.review();
    await this.resume();
  }

  /**
   * Resolves when the receipt is stored, so that the pending contribution can be removed.
   * @param {ReceiptRecord} held
   */
  async add(held) {
    this.adopt(held);
    await this.#collaborators.receipts.add(held);
    this.#collaborators.tell({ type: 'receipt', receipt: held });
  }

  /**
   * Lists a drawing that this tab or another has sent.
   * @param {ReceiptRecord} held
   */
  adopt(held) {
    if (this.#list.some(({ id }) => id === held.id)) return;
    this.#list = [listed(held), ...this.#list];
    this.#collaborators.changed();
  }

  /**
   * Follows another tab, which does the work.
   * @param {string} id
   * @param {'deleted' | 'forgotten'} news
   */
  follow(id, news) {
    const held = this.#list.find((one) => one.id === id);
    if (!held || held.status === 'deleted') return;
    if (news === 'forgotten') this.#list = this.#list.filter((one) => one !== held);
    if (news === 'deleted') {
      this.#setStatus(id, 'deleted');
      this.#collaborators.deleted(bare(held));
    }
    this.#collaborators.changed();
  }

  /**
   * Deletes these drawings; without an answer of the service it tries again, in later visits too.
   * @param {readonly string[]} ids
   */
  async delete(ids) {
    for (const held of this.#list.filter(({ id, status }) => ids.includes(id) && status === 'kept')) {
      this.#setStatus(held.id, 'deleting');
      await this.#collaborators.receipts.add({ ...bare(held), deleting: true });
    }
    await this.resume();
  }

  /** Continues with unanswered deletions; called when the service may answer again. */
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

  /** Asks the service which of the newest drawings are deleted, or left out of training by the label filter. */
  async review() {
    const asked = this.#list.filter(({ status, filtered }) => status === 'kept' && !filtered).slice(0, STATES_MAX);
    if (this.#reviewing || !asked.length) return;
    this.#reviewing = true;
    try {
      for (const { id, state, filtered } of await this.#collaborators.states(asked)) {
        if (state === 'deleted') await this.noteDeleted(id);
        else this.noteSeen(id, { filtered });
      }
    } catch {
      // The service does not answer; the next review asks again.
    } finally {
      this.#reviewing = false;
    }
  }

  /**
   * Notes what the service says of a stored drawing.
   * @param {string} id
   * @param {{readonly filtered?: boolean}} stored
   */
  noteSeen(id, { filtered = false }) {
    const held = this.#list.find((one) => one.id === id);
    if (!filtered || !held || held.filtered) return;
    this.#list = this.#list.map((one) => (one.id === id ? { ...one, filtered } : one));
    void this.#collaborators.receipts.add({ ...bare(held), filtered });
    this.#collaborators.filtered(id);
    this.#collaborators.changed();
  }

  /**
   * Removes a receipt that the service doesn't know.
   * @param {string} id
   */
  async forget(id) {
    this.#list = this.#list.filter((held) => held.id !== id);
    this.#collaborators.changed();
    await this.#collaborators.receipts.remove(id);
    this.#collaborators.tell({ type: 'forgotten', id });
  }

  /**
   * Notes that the service has deleted it.
   * @param {string} id
   */
  async noteDeleted(id) {
    const held = this.#list.find((one) => one.id === id);
    if (!held) return;
    this.#setStatus(id, 'deleted');
    this.#collaborators.deleted(bare(held));
    await this.#collaborators.receipts.remove(id);
    this.#collaborators.tell({ type: 'deleted', id });
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
    this.#setStatus(held.id, 'unknown');
    await this.#collaborators.receipts.add(bare(held));
  }

  /**
   * @param {string} id
   * @param {Status} status
   */
  #setStatus(id, status) {
    this.#list = this.#list.map((held) => (held.id === id ? { ...held, status } : held));
    this.#collaborators.changed();
  }
}

/**
 * @param {ReceiptRecord} held
 * @returns {MyDrawing}
 */
function listed(held) {
  return { ...held, status: held.deleting ? 'deleting' : 'kept' };
}

/**
 * The record as the browser stores it.
 * @param {ReceiptRecord} held
 * @returns {ReceiptRecord}
 */
function bare({ id, receipt, label, use, given, strokes, filtered }) {
  return { id, receipt, label, use, given, strokes, ...(filtered ? { filtered } : {}) };
}
