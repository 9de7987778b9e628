/**
 * Answers the page's frames in place of a service that can't be reached. It decides when: at once after a close, after a
 * short wait for a first welcome, and when a frame stays unanswered; until the service speaks again. No elements, no sockets.
 */

import { drawingOf } from '../connection/protocol.js';

/** @typedef {import('../connection/connection.js').Link} Link */
/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('./softmax_model.js').SoftmaxModel} SoftmaxModel */

const PATIENCE_MS = 700; // for a first welcome and for the answer to a frame; both take a few ms
const QUEUED_MS = 50; // an answer that came while the page was busy is taken before the wait counts as over

export class Offline {
  /** @type {() => SoftmaxModel | null} */ #model;
  /** @type {(prediction: Prediction) => void} */ #answered;
  /** @type {() => void} */ #changed;
  #away = false; // the service
  #timer = 0;

  /**
   * @param {() => SoftmaxModel | null} model null while there are no weights
   * @param {{readonly answered: (prediction: Prediction) => void, readonly changed: () => void}} listener `changed`: other
   *   frames are to be answered than before, or no longer
   */
  constructor(model, { answered, changed }) {
    this.#model = model;
    this.#answered = answered;
    this.#changed = changed;
  }

  /** Whether predictions are made here. */
  get isOn() {
    return this.#away && this.#model() !== null;
  }

  /** Whether the service can't be reached, though there may be no weights. */
  get isAway() {
    return this.#away;
  }

  /** The version that predicts here, as a service would list it; null while the service predicts. @returns {Model | null} */
  get served() {
    const header = this.isOn ? this.#model()?.header : null;
    if (!header) return null;
    const { family, model, contract } = header;
    return { family, model, encoding: 'ink20', contract, best: true, drawings: 0, metrics: { mean: 0, at_50: 0, at_100: 0 } };
  }

  /** @param {Link} link */
  follow(link) {
    if (link.phase === 'lost' || link.phase === 'ended') this.#set(true);
    // Between a close and the next welcome it stays as it was.
    else if (link.phase === 'connecting' && !this.#away) this.#expect();
  }

  /** Something was sent that the service answers. */
  sent() {
    if (!this.#away && !this.#timer) this.#expect();
  }

  /**
   * The service has spoken.
   * @param {boolean} welcomed on this connection; before, it does not answer frames
   */
  heard(welcomed) {
    if (welcomed) this.#set(false);
  }

  /**
   * Predicts for a frame, soon after the call.
   * @param {Uint8Array} frame
   * @returns {boolean} whether it will be answered
   */
  answer(frame) {
    const model = this.isOn ? this.#model() : null;
    if (!model) return false;
    const { drawing, seq, payload } = drawingOf(frame);
    const { family, model: version } = model.header;
    queueMicrotask(() => {
      this.#answered({ type: 'prediction', drawing, seq, family, model: version, ...model.predict(payload), personal: 0 });
    });
    return true;
  }

  #expect() {
    this.#stopWaiting();
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#set(true), QUEUED_MS);
    }, PATIENCE_MS);
  }

  #stopWaiting() {
    clearTimeout(this.#timer);
    this.#timer = 0;
  }

  /** @param {boolean} away */
  #set(away) {
    this.#stopWaiting();
    if (away === this.#away) return;
    this.#away = away;
    this.#changed();
  }
}
