/** Sends contributions one at a time until the service has answered each. Drops what it can never deliver, with the reason. */

import { encodeContribution } from '../../connection/protocol.js';
import { text } from '../../ui/language/language.js';
import { MESSAGE_BYTES, fit } from './fit.js';

/** @typedef {import('../../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../../connection/protocol.js').Limits} Limits */
/** @typedef {import('../../ui/storage/record_store.js').RecordStore<Contribution>} Pending */

const BUSY_MS = 4000; // before sending again when the service was busy
const ANSWER_MS = 20_000; // without an answer the next one is sent
const TOO_LARGE = 1009; // close code
const TOO_SLOW = 1008; // close code: a message was not complete in time
const LONGEST_REST_MS = 15 * 60_000;
const PATIENT_TRIES = 3; // connections lost while it was in flight; then it rests, so that the page is not lost with it
const LAST_TRY = 8;

/**
 * @typedef {object} Collaborators
 * @property {(message: string) => boolean} send
 * @property {Pending} pending
 * @property {(contribution: Contribution) => void} restored one from before a reload, or of another tab
 * @property {(contribution: Contribution, why: string) => void} undeliverable
 */

export class Outbox {
  /** @type {Collaborators} */ #collaborators;
  /** @type {readonly Contribution[]} */ #queue = [];
  /** @type {Set<string>} */ #settled = new Set();
  /** @type {Set<string>} */ #resting = new Set();
  /** @type {Map<string, number>} */ #losses = new Map();
  /** @type {Map<string, number>} */ #slow = new Map(); // how often it was too slow; each time its size is halved
  /** @type {Map<string, number>} */ #unanswered = new Map(); // lengths of the messages sent on this connection
  /** @type {Limits | null} */ #limits = null;
  /** @type {string | null} */ #inFlight = null;
  #timer = 0;

  /** @param {Collaborators} collaborators */
  constructor(collaborators) {
    this.#collaborators = collaborators;
  }

  /** Whether a reload finds the waiting contributions again. */
  get lasting() {
    return this.#collaborators.pending.lasting;
  }

  /** @param {Contribution} contribution */
  add(contribution) {
    this.#queue = [...this.#queue, contribution];
    // Not awaited: sending does not depend on storage.
    void this.#collaborators.pending.add(contribution);
    this.#sendNext();
  }

  /**
   * Sends everything unanswered on a new connection.
   * @param {Limits} limits
   */
  async resume(limits) {
    this.#limits = limits;
    this.#land();
    this.#sendNext();
    for (const contribution of await this.#collaborators.pending.all()) {
      const { id } = contribution;
      if (this.#settled.has(id) || this.#queue.some((one) => one.id === id)) continue;
      this.#queue = [...this.#queue, contribution];
      this.#collaborators.restored(contribution);
    }
    this.#sendNext();
  }

  /** @param {number} code with which the connection closed */
  lost(code) {
    const id = this.#inFlight;
    const unanswered = [...this.#unanswered].sort(([, a], [, b]) => b - a);
    this.#unanswered.clear();
    const contribution = this.#queue.find((one) => one.id === id);
    this.#limits = null;
    this.#land();
    // The one in flight may be small and only wait behind a large one, which was sent earlier.
    if (code === TOO_SLOW && unanswered.length > 0) return this.#shrink(unanswered[0][0]);
    if (!id || !contribution) return;
    if (code === TOO_LARGE) return this.#giveUp(contribution, text('undelivered.too-large'));
    // Some proxies cut the connection instead of closing it with 1009.
    const losses = this.#count(id);
    if (losses >= LAST_TRY) this.#giveUp(contribution, text('undelivered.broken', { count: losses }));
    else if (losses >= PATIENT_TRIES) this.#rest(id, BUSY_MS * 2 ** (losses - PATIENT_TRIES));
  }

  /**
   * The service has answered for good, to this tab or another. The next is sent at once.
   * @param {string} id
   * @param {Promise<void>} [receipt] stored before the contribution is removed from storage
   */
  async settle(id, receipt) {
    this.#settled.add(id);
    this.#unanswered.delete(id);
    this.#slow.delete(id);
    this.#queue = this.#queue.filter((one) => one.id !== id);
    if (this.#inFlight === id) this.#land();
    this.#sendNext();
    await receipt;
    await this.#collaborators.pending.remove(id);
  }

  /**
   * The service was busy.
   * @param {string} id
   */
  postpone(id) {
    this.#unanswered.delete(id);
    this.#rest(id, BUSY_MS);
    if (this.#inFlight === id) this.#land();
    this.#sendNext();
  }

  /**
   * The contribution that an answer is about. The service repeats 64 characters of an id, and none of one that is no text:
   * only the one in flight can be meant then.
   * @param {string} id
   * @returns {Contribution | undefined}
   */
  find(id) {
    const meant = (/** @type {Contribution} */ one) => one.id === this.#inFlight && String(one.id).startsWith(id);
    return this.#queue.find((one) => one.id === id) ?? this.#queue.find(meant);
  }

  /** The service found fault with a contribution without naming it. */
  rejectInFlight(/** @type {string} */ why) {
    const contribution = this.#queue.find((one) => one.id === this.#inFlight);
    if (contribution) this.#giveUp(contribution, why);
  }

  /**
   * @param {string} id
   * @param {number} ms
   */
  #rest(id, ms) {
    this.#resting.add(id);
    setTimeout(() => {
      this.#resting.delete(id);
      this.#sendNext();
    }, Math.min(ms, LONGEST_REST_MS));
  }

  /**
   * Counts what went wrong with it on its way.
   * @param {string} id
   */
  #count(id) {
    const count = (this.#losses.get(id) ?? 0) + 1;
    this.#losses.set(id, count);
    return count;
  }

  /**
   * Sends it with fewer samples the next time, after the others.
   * @param {string} id
   */
  #shrink(id) {
    this.#slow.set(id, (this.#slow.get(id) ?? 0) + 1);
    this.#rest(id, BUSY_MS);
  }

  #land() {
    clearTimeout(this.#timer);
    this.#inFlight = null;
  }

  #sendNext() {
    if (!this.#limits || this.#inFlight !== null) return;
    const next = this.#queue.find(({ id }) => !this.#resting.has(id));
    if (!next) return;
    const slow = this.#slow.get(next.id) ?? 0;
    const message_bytes = (this.#limits.message_bytes ?? MESSAGE_BYTES) / 2 ** slow;
    const fitted = fit(next, { ...this.#limits, message_bytes });
    if (!fitted) {
      return this.#giveUp(next, text(slow ? 'undelivered.too-slow' : 'undelivered.over-limit'));
    }
    const message = encodeContribution(fitted);
    if (!this.#collaborators.send(message)) return;
    this.#unanswered.set(next.id, message.length);
    this.#inFlight = next.id;
    this.#timer = setTimeout(() => this.#overdue(next.id), ANSWER_MS);
  }

  /** @param {string} id */
  #overdue(id) {
    this.#rest(id, BUSY_MS * 2 ** this.#count(id));
    this.#land();
    this.#sendNext();
  }

  /**
   * @param {Contribution} contribution
   * @param {string} why
   */
  #giveUp(contribution, why) {
    this.#collaborators.undeliverable(contribution, why);
    void this.settle(contribution.id);
  }
}
