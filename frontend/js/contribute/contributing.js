/** Asks for digits and sends finished drawings until the service has answered each. No elements. */

import { text } from '../ui/language/language.js';
import { randomId } from '../ui/random_id.js';
import { classCount, classIds, isDigits, learned, onSetChange, placeOf } from '../ui/language/symbols.js';
import { makeContribution } from './delivery/drawn_contribution.js';
import { Outbox } from './delivery/outbox.js';
import { GivenDrawings } from './given/given_drawings.js';
import { objectionTo } from './objection.js';
import { Prompt } from './prompt/prompt.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./given/given_drawings.js').GivenDrawing} GivenDrawing */
/** @typedef {import('./delivery/outbox.js').Pending} Pending */
/** @typedef {import('../ink/pen/pen.js').Pointer} Pointer */
/** @typedef {import('../ui/language/symbols.js').Label} Label */
/** @typedef {import('../connection/protocol.js').Accepted} Accepted */
/** @typedef {import('../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../connection/protocol.js').Counts} Counts */
/** @typedef {import('../connection/protocol.js').Refused} Refused */
/** @typedef {import('../connection/protocol.js').Use} Use */
/** @typedef {import('../connection/protocol.js').Welcome} Welcome */
/** @typedef {import('../my_drawings/receipts.js').ReceiptRecord} ReceiptRecord */

const DELETED = 'deleted'; // code of a refusal: the visitor has deleted this drawing

/**
 * @typedef {object} Collaborators
 * @property {(message: string) => boolean} send
 * @property {Pending} pending
 * @property {import('../ink/snapshots/samples.js').Printer} printer
 * @property {string} contributor
 * @property {(receipt: ReceiptRecord) => Promise<void>} hold stores the receipt of an accepted drawing
 * @property {(contribution: Contribution, why: string) => void} undeliverable it was dropped and can be downloaded
 * @property {(message: import('../ui/tabs.js').TabMessage) => void} tell the other tabs
 * @property {() => void} changed the asked digit, the drawings or the counts changed
 */

export class Contributing {
  /** @type {Collaborators} */ #collaborators;
  /** @type {Outbox} */ #outbox;
  /** @type {Welcome['limits'] | null} */ #limits = null;
  /** @type {Counts} */ #counts = { total: 0, yours: 0, by_label: Array(classCount()).fill(0) };
  /** @type {Prompt} */ #prompt;
  #ids = classIds().join(' ');
  /** @type {GivenDrawings} */ #given;

  /**
   * @param {Collaborators} collaborators
   * @param {Label | null} [asked] the digit or class that was asked for before a reload
   */
  constructor(collaborators, asked = null) {
    this.#collaborators = collaborators;
    this.#prompt = new Prompt(asked);
    this.#given = new GivenDrawings(collaborators.changed);
    onSetChange(() => this.#followSet());
    this.#outbox = new Outbox({
      send: collaborators.send,
      pending: collaborators.pending,
      restored: (contribution) => this.#given.restore(contribution),
      undeliverable: (contribution, why) => this.#drop(contribution, why),
    });
  }

  /** The place of the digit or class that is asked for; null before there is any. */
  get asked() {
    return this.#prompt.asked;
  }

  /** The class that is asked for, as contributions name it. @returns {Label | null} */
  get askedLabel() {
    return this.#prompt.label;
  }

  get counts() {
    return this.#counts;
  }

  /** @returns {readonly GivenDrawing[]} newest last */
  get given() {
    return this.#given.all;
  }

  /** Whether a reload finds the waiting drawings again. */
  get lasting() {
    return this.#outbox.lasting;
  }

  /** @param {Welcome} welcome */
  welcome({ limits, contributions }) {
    this.#limits = limits;
    this.#counts = contributions;
    this.#prompt.begin(contributions.by_label);
    this.#collaborators.changed();
  }

  /** Classes were added or retired: a place may mean another class now. */
  #followSet() {
    const ids = classIds().join(' ');
    if (isDigits || ids === this.#ids) return;
    this.#ids = ids;
    this.#prompt.forget();
    const { by_label } = this.#counts;
    this.#counts = { ...this.#counts, by_label: Array.from({ length: classCount() }, (_, place) => by_label[place] ?? 0) };
    // The counts of a welcome come after its classes.
    if (this.#limits) this.askNext();
  }

  /** Asks for another digit than now. */
  askNext() {
    this.#prompt.next(this.#counts.by_label);
    this.#collaborators.changed();
  }

  /** @param {number} digit that the visitor chose to draw */
  askFor(digit) {
    this.#prompt.askFor(digit);
    this.#collaborators.changed();
  }

  /** @param {readonly number[] | null} shares how often the best model confuses each digit; from the next prompt on */
  setConfused(shares) {
    this.#prompt.setConfused(shares);
  }

  /**
   * The reason why this drawing can't be sent, or null.
   * @param {readonly Stroke[]} strokes
   */
  objection(strokes) {
    return objectionTo(strokes, this.asked, this.#limits);
  }

  /**
   * Sends the drawing as the digit that was asked for, and asks for the next.
   * @param {readonly Stroke[]} strokes without an objection
   * @param {Pointer} pointer
   * @param {string} consent the version that was agreed to
   * @param {boolean} [confirmed] the visitor confirmed a label that the model doubts
   */
  async give(strokes, pointer, consent, confirmed = false) {
    const { label, probability } = this.#prompt;
    const limits = this.#limits;
    if (!limits || this.asked === null || label === null) throw new Error('no digit was asked for yet');
    const id = randomId();
    this.#given.add({ id, label, strokes });
    this.askNext();
    const { printer, contributor } = this.#collaborators;
    const drawn = { id, label, contributor, consent, pointer, confirmed, probability, strokes };
    this.#outbox.add(await makeContribution(drawn, limits, printer));
  }

  /** Sends everything that the service has not answered, on a new connection. */
  async resume() {
    if (this.#limits) await this.#outbox.resume(this.#limits);
  }

  /** @param {number} code with which the connection closed */
  lost(code) {
    this.#outbox.lost(code);
  }

  /** @param {Accepted} accepted */
  async accepted({ id, use, receipt, contributions }) {
    const given = this.#given.find(id);
    if (given) learned(given.label);
    this.acceptedElsewhere(id, use, contributions);
    this.#collaborators.tell({ type: 'accepted', id, use, counts: contributions });
    // The receipt first: a contribution that is still pending is sent again, and its answer brings the receipt again.
    const held = given && receipt ? this.#hold(given, use, receipt) : undefined;
    await this.#outbox.settle(id, held);
  }

  /**
   * The service has accepted a drawing that this tab or another sent.
   * @param {string} id
   * @param {Use} use
   * @param {Counts} counts
   */
  acceptedElsewhere(id, use, counts) {
    this.#counts = counts;
    this.#given.settle(id, { status: use });
  }

  /**
   * Another tab has had the answer.
   * @param {string} id
   */
  async settledElsewhere(id) {
    await this.#outbox.settle(id);
  }

  /** @param {Refused} refused */
  async refused({ id, code, message, retry }) {
    if (retry) {
      this.#outbox.postpone(id);
      return;
    }
    const contribution = this.#outbox.find(id);
    const why = code === DELETED ? text('undelivered.deleted') : text('undelivered.fault', { message });
    if (contribution && code !== DELETED) this.#drop(contribution, why);
    else this.refusedElsewhere(id, why);
    await this.#outbox.settle(contribution?.id ?? id);
  }

  /**
   * The service answered a contribution with an error that names none.
   * @param {string} why
   */
  rejected(why) {
    this.#outbox.rejectInFlight(why);
  }

  /**
   * @param {string} id
   * @param {string} why
   */
  refusedElsewhere(id, why) {
    this.#given.settle(id, { status: 'refused', why });
  }

  /**
   * The label filter left the drawing out of training.
   * @param {string} id
   */
  noteFiltered(id) {
    this.#given.settle(id, { status: 'filtered' });
  }

  /**
   * Removes a deleted drawing from the counts and the list.
   * @param {{readonly id: string, readonly label: Label}} deleted
   */
  forget({ id, label }) {
    const { total, yours, by_label } = this.#counts;
    this.#counts = { total: total - 1, yours: yours - 1, by_label: by_label.map((n, digit) => (digit === placeOf(label) ? n - 1 : n)) };
    this.#given.remove(id);
  }

  /**
   * @param {GivenDrawing} given
   * @param {Use} use
   * @param {string} receipt
   */
  #hold({ id, label, strokes }, use, receipt) {
    return this.#collaborators.hold({ id, label, strokes, use, receipt, given: Date.now() });
  }

  /**
   * @param {Contribution} contribution
   * @param {string} why
   */
  #drop(contribution, why) {
    this.#given.restore(contribution);
    this.refusedElsewhere(contribution.id, why);
    this.#collaborators.undeliverable(contribution, why);
    this.#collaborators.tell({ type: 'refused', id: contribution.id, why });
  }
}
