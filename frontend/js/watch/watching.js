/** Sends snapshots of the drawing in progress and takes in the predictions. No elements. */

import { answering, encodingsFor } from './model_choice/model_selection.js';
import { SIDE, cutAtInk, inkLength } from '../ink/geometry.js';
import { IDLE, answered, maySend, sent } from '../connection/pacing.js';
import { toPath48 } from '../ink/snapshots/path.js';
import { median, takePrediction } from './predictions.js';
import { encodeFrame } from '../connection/protocol.js';

/** @typedef {import('../ink/drawing.js').Drawing} Drawing */
/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../connection/protocol.js').Encoding} Encoding */
/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('./predictions.js').Latest} Latest */
/** @typedef {{payload(encoding: Exclude<Encoding, 'path48'>, strokes: readonly Stroke[]): Uint8Array | null}} Pictures null: not
 *   loaded yet; the drawing is sent again when they are */
/** @typedef {{readonly ink: number, readonly whole: number}} Reading px of ink that was read, and that the drawing had by then */

const ROUND_TRIPS = 15; // the latest; their median is shown
const STAGES = 32; // at which a drawing is read that came finished
const SEEN = 150; // px: a drawing that begins with more ink was not seen while it grew

export class Watching {
  /** @type {(frame: Uint8Array<ArrayBuffer>) => boolean} */ #send;
  /** @type {Pictures} */ #pictures;
  /** @type {readonly Encoding[]} */ #encodings = [];
  /** @type {Drawing} */ #drawing = { number: 0, strokes: [] };
  /** @type {import('../connection/pacing.js').Pace} */ #pace = IDLE;
  /** @type {Latest} */ #latest = {};
  /** @type {Map<number, Reading>} */ #sent = new Map(); // by seq
  /** @type {readonly number[]} */ #roundTrips = [];
  /** @type {Set<Encoding>} */ #waiting = new Set();
  /** @type {readonly number[]} */ #stages = []; // px of ink
  /** @type {Map<Encoding, number>} */ #stagesSent = new Map();
  #seq = 0;
  #begunAt = 0;

  /**
   * @param {(frame: Uint8Array<ArrayBuffer>) => boolean} send false while there is no connection
   * @param {Pictures} pictures
   */
  constructor(send, pictures) {
    this.#send = send;
    this.#pictures = pictures;
  }

  /** The median round trip of late, ms; null before the first answer. */
  get roundTrip() {
    return this.#roundTrips.length ? median(this.#roundTrips) : null;
  }

  /** Whether a snapshot that was sent is not answered yet; the drawing's last follows it. */
  get isWaiting() {
    return Object.values(this.#pace).some((slot) => slot !== undefined);
  }

  get latest() {
    return this.#latest;
  }

  /**
   * Sets the snapshots to send; sends the drawing again, as other models may answer.
   * @param {readonly Model[]} models served
   * @param {import('./model_choice/model_selection.js').ModelChoice} choice
   */
  feed(models, choice) {
    this.#encodings = encodingsFor(answering(models, choice));
    this.#roundTrips = [];
    this.sendAgain();
  }

  /** Sends the current drawing again on a new connection: snapshots in flight were lost. */
  sendAgain() {
    this.#pace = IDLE;
    this.show(this.#drawing);
  }

  /**
   * The drawing has changed. Called once a frame at most.
   * @param {Drawing} drawing
   */
  show(drawing) {
    if (drawing.number !== this.#drawing.number) this.#begin(drawing);
    this.#drawing = drawing;
    this.#waiting = new Set(drawing.strokes.length ? this.#encodings : []);
    this.#sendWaiting();
  }

  /**
   * @param {Prediction} prediction
   * @returns {Reading | null} null for one that comes too late
   */
  take(prediction) {
    this.#settle(prediction.seq);
    const { ink, whole } = this.#sent.get(prediction.seq) ?? { ink: 0, whole: 0 };
    if (ink < whole) return { ink, whole }; // of the past: the latest stays
    const latest = takePrediction(this.#latest, prediction, this.#drawing.number);
    if (latest === this.#latest) return null;
    this.#latest = latest;
    return { ink, whole };
  }

  /**
   * A snapshot was answered by an error: the next may go.
   * @param {number | undefined} seq
   */
  fail(seq) {
    if (seq !== undefined) this.#settle(seq);
  }

  /**
   * A drawing that comes back, as from a draft, is read at stages, so that its past is known too.
   * @param {Drawing} drawing
   */
  #begin({ strokes }) {
    this.#latest = {};
    this.#sent.clear();
    this.#begunAt = performance.now();
    const whole = inkLength(strokes);
    this.#stages = whole > SEEN ? Array.from({ length: STAGES }, (_, i) => ((i + 0.5) * whole) / STAGES) : [];
    this.#stagesSent.clear();
  }

  /** @param {number} seq */
  #settle(seq) {
    const { pace, sentAt } = answered(this.#pace, seq);
    this.#pace = pace;
    if (sentAt === null) return;
    this.#roundTrips = [...this.#roundTrips, performance.now() - sentAt].slice(-ROUND_TRIPS);
    this.#sendWaiting();
  }

  /** The drawing as it is now comes before its past. */
  #sendWaiting() {
    const { strokes } = this.#drawing;
    const whole = inkLength(strokes);
    for (const encoding of this.#encodings) {
      if (!maySend(this.#pace, encoding, performance.now())) continue;
      if (this.#waiting.has(encoding)) {
        if (this.#sendOne(encoding, strokes, { ink: whole, whole })) this.#waiting.delete(encoding);
        continue;
      }
      const ink = this.#stages[this.#stagesSent.get(encoding) ?? 0];
      if (ink === undefined || ink >= whole) continue; // more was undone
      if (this.#sendOne(encoding, cutAtInk(strokes, ink / whole), { ink, whole })) {
        this.#stagesSent.set(encoding, (this.#stagesSent.get(encoding) ?? 0) + 1);
      }
    }
  }

  /**
   * @param {Encoding} encoding
   * @param {readonly Stroke[]} strokes
   * @param {Reading} reading that its answer will be
   * @returns {boolean} whether it was sent
   */
  #sendOne(encoding, strokes, reading) {
    const payload = encoding === 'path48' ? toPath48(strokes, SIDE, SIDE) : this.#pictures.payload(encoding, strokes);
    if (!payload) return false;
    const now = performance.now();
    // One count for all drawings: a seq alone identifies the snapshot of an answer.
    const seq = ++this.#seq;
    const moment = { drawing: this.#drawing.number, seq, tMs: Math.round(now - this.#begunAt) };
    if (!this.#send(encodeFrame(encoding, moment, payload))) return false;
    this.#sent.set(seq, reading);
    this.#pace = sent(this.#pace, encoding, seq, now);
    return true;
  }
}
