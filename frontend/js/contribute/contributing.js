/** Asks for digits and sends finished drawings until the service has answered each. No elements. */

import { chooseDigit } from '../watch/model_selection.js';
import { PEN_WIDTH, SIDE, hundredths, inkLength } from '../ink/geometry.js';
import { encodeContribution } from '../connection/protocol.js';
import { makeSamples } from '../ink/samples.js';
import { aDigit } from '../ui/words.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./recent_strip.js').GivenDrawing} GivenDrawing */
/** @typedef {import('./pending.js').Pending} Pending */
/** @typedef {import('../ink/pen.js').Pointer} Pointer */
/** @typedef {import('../connection/protocol.js').Accepted} Accepted */
/** @typedef {import('../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../connection/protocol.js').Counts} Counts */
/** @typedef {import('../connection/protocol.js').Refused} Refused */
/** @typedef {import('../my_drawings/receipts.js').ReceiptRecord} ReceiptRecord */
/** @typedef {import('../connection/protocol.js').Welcome} Welcome */

const LEAST_INK = 60; // px: shorter than any digit: a slip of the pen
const AGAIN_MS = 4000; // before sending again when the service was busy

/**
 * @typedef {object} Collaborators
 * @property {(message: string) => boolean} send
 * @property {Pending} pending
 * @property {import('../ink/samples.js').Printer} printer
 * @property {string} contributor
 * @property {(held: ReceiptRecord) => Promise<void>} hold stores the receipt of an accepted drawing
 * @property {() => void} changed the asked digit, the drawings or the counts changed
 */

export class Contributing {
  /** @type {Collaborators} */ #collaborators;
  /** @type {Welcome['limits'] | null} */ #limits = null;
  /** @type {Counts} */ #counts = { total: 0, yours: 0, by_label: Array(10).fill(0) };
  /** @type {number | null} */ #asked = null;
  /** @type {readonly GivenDrawing[]} */ #given = [];

  /** @param {Collaborators} collaborators */
  constructor(collaborators) {
    this.#collaborators = collaborators;
  }

  get asked() {
    return this.#asked;
  }

  get counts() {
    return this.#counts;
  }

  /** @returns {readonly GivenDrawing[]} newest last */
  get given() {
    return this.#given;
  }

  /** @param {Welcome} welcome */
  welcome({ limits, contributions }) {
    this.#limits = limits;
    this.#counts = contributions;
    if (this.#asked === null) this.askNext();
    this.#collaborators.changed();
  }

  /** Asks for another digit than now. */
  askNext() {
    this.#asked = chooseDigit(this.#counts.by_label, Math.random(), this.#asked);
    this.#collaborators.changed();
  }

  /**
   * The reason why this drawing can't be sent, or null.
   * @param {readonly Stroke[]} strokes
   */
  objection(strokes) {
    if (!this.#limits || this.#asked === null) return 'the service has not answered yet';
    if (strokes.length === 0) return `draw ${aDigit(this.#asked)} first`;
    if (inkLength(strokes) < LEAST_INK) return `that is too little ink for ${aDigit(this.#asked)}`;
    const points = strokes.reduce((sum, stroke) => sum + stroke.length, 0);
    const { strokes_max, points_max } = this.#limits;
    if (strokes.length > strokes_max) return `${strokes.length} strokes, at most ${strokes_max}; clear and draw it again`;
    if (points > points_max) return `${points} points, at most ${points_max}; clear and draw it again`;
    return null;
  }

  /**
   * Sends the drawing as the digit that was asked for, and asks for the next.
   * @param {readonly Stroke[]} strokes without an objection
   * @param {Pointer} pointer
   * @param {string} consent the version that was agreed to
   */
  async give(strokes, pointer, consent) {
    const label = this.#asked;
    if (!this.#limits || label === null) throw new Error('no digit was asked for yet');
    const id = crypto.randomUUID();
    this.#note({ id, label, strokes, status: 'waiting' });
    this.askNext();
    const { printer, pending, contributor } = this.#collaborators;
    const samples = await makeSamples(strokes, this.#limits, printer);
    const points = timed(strokes);
    const size = { width: SIDE, height: SIDE, pen_width: PEN_WIDTH };
    const contribution = { id, label, contributor, consent, ...size, pointer, strokes: points, samples };
    await pending.add(contribution);
    this.#collaborators.send(encodeContribution(contribution));
  }

  /** Sends all contributions without an answer: from before a reload, or lost with a connection. */
  async sendPending() {
    for (const contribution of await this.#collaborators.pending.all()) {
      if (!this.#given.some(({ id }) => id === contribution.id)) this.#note(restored(contribution));
      this.#collaborators.send(encodeContribution(contribution));
    }
  }

  /** @param {Accepted} accepted */
  async accepted({ id, use, receipt, contributions }) {
    this.#counts = contributions;
    this.#settle(id, { status: use });
    const given = this.#given.find((one) => one.id === id);
    // The receipt first: a contribution that is still pending is sent again, and its answer brings the receipt again.
    if (given && receipt) await this.#collaborators.hold({ ...bare(given), use, receipt, given: Date.now() });
    await this.#collaborators.pending.remove(id);
  }

  /**
   * Removes a deleted drawing from the counts and the list.
   * @param {{readonly id: string, readonly label: number}} deleted
   */
  forget({ id, label }) {
    const { total, yours, by_label } = this.#counts;
    this.#counts = { total: total - 1, yours: yours - 1, by_label: by_label.map((n, digit) => (digit === label ? n - 1 : n)) };
    this.#given = this.#given.filter((given) => given.id !== id);
    this.#collaborators.changed();
  }

  /** @param {Refused} refused */
  async refused({ id, message, retry }) {
    if (retry) {
      setTimeout(() => void this.sendPending(), AGAIN_MS);
      return;
    }
    this.#settle(id, { status: 'refused', why: message });
    await this.#collaborators.pending.remove(id);
  }

  /** @param {GivenDrawing} given */
  #note(given) {
    this.#given = [...this.#given, given];
    this.#collaborators.changed();
  }

  /**
   * @param {string} id
   * @param {{readonly status: import('./recent_strip.js').Status, readonly why?: string}} news
   */
  #settle(id, news) {
    this.#given = this.#given.map((given) => (given.id === id ? { ...given, ...news } : given));
    this.#collaborators.changed();
  }
}

/**
 * Points with times from the drawing's start.
 * @param {readonly Stroke[]} strokes
 */
export function timed(strokes) {
  const start = strokes[0]?.[0]?.[2] ?? 0;
  return strokes.map((stroke) => stroke.map(([x, y, t]) => [x, y, hundredths(t - start)]));
}

/** @param {GivenDrawing} given */
function bare({ id, label, strokes }) {
  return { id, label, strokes };
}

/**
 * @param {Contribution} contribution
 * @returns {GivenDrawing}
 */
function restored({ id, label, strokes }) {
  return { id, label, strokes: /** @type {readonly Stroke[]} */ (strokes), status: 'waiting' };
}
