/** Contributes the drawings of an embedded canvas, with a consent and a token of its own, kept with its page. */

import { encodeContribution } from '../connection/protocol.js';
import { fit } from '../contribute/delivery/fit.js';
import { PEN_WIDTH, SIDE } from '../ink/geometry.js';
import { makeSamples } from '../ink/snapshots/samples.js';
import { thinStrokes } from '../ink/snapshots/thinning.js';
import { randomId, randomToken } from '../ui/random_id.js';

/** @typedef {import('../connection/protocol.js').Accepted} Accepted */
/** @typedef {import('../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../connection/protocol.js').Limits} Limits */
/** @typedef {import('../connection/protocol.js').Refused} Refused */
/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {{readonly id: string, readonly receipt: string | null}} Contributed */
/** @typedef {{contribution: Contribution, resolve: (done: Contributed) => void, reject: (error: Error) => void}} Waiting */

const RETRY_MS = 5000;
const WITHDRAWN = 'the consent was withdrawn';

export class EmbedContributing {
  /** @type {(message: string) => boolean} */ #send;
  /** @type {import('../ink/snapshots/samples.js').Printer} */ #printer;
  /** @type {Map<string, Waiting>} */ #waiting = new Map();
  #key;
  /** @type {string | null} */ #ended = null;

  /**
   * @param {string} service the address that the consent is for
   * @param {(message: string) => boolean} send
   * @param {import('../ink/snapshots/samples.js').Printer} printer
   */
  constructor(service, send, printer) {
    this.#key = keyOf(service);
    this.#send = send;
    this.#printer = printer;
  }

  /** The version of the terms that were agreed to here, and the visitor's token; null before that. */
  get agreed() {
    const stored = read(this.#key);
    return typeof stored?.version === 'string' && typeof stored.token === 'string' ? stored : null;
  }

  /** @param {string} version of the terms that the visitor agrees to */
  agree(version) {
    write(this.#key, { version, token: this.agreed?.token ?? randomToken() });
  }

  /**
   * @param {readonly Stroke[]} strokes
   * @param {{readonly label: number | string, readonly pointer: string, readonly set: string | null}} what
   * @param {Limits} limits
   * @returns {Promise<Contributed>} once it is on the service's disk
   */
  async give(strokes, { label, pointer, set }, limits) {
    const { agreed } = this;
    if (!agreed) throw new Error('nobody has agreed to the terms yet');
    const thinned = thinStrokes(strokes, limits.points_max);
    const samples = await makeSamples(thinned, limits, this.#printer);
    if (this.#ended !== null) throw new Error(this.#ended);
    if (!this.#isAgreed(agreed.token)) throw new Error(WITHDRAWN);
    const begun = thinned[0]?.[0]?.[2] ?? 0;
    const whole = /** @type {Contribution} */ ({
      id: randomId(),
      label,
      contributor: agreed.token,
      consent: agreed.version,
      width: SIDE,
      height: SIDE,
      pen_width: PEN_WIDTH,
      pointer,
      ...(set === null ? {} : { set }),
      strokes: thinned.map((stroke) => stroke.map(([x, y, t]) => [x, y, Math.max(0, Math.round((t ?? begun) - begun))])),
      samples,
    });
    const contribution = fit(whole, limits);
    if (!contribution) throw new Error('the drawing is too large to be contributed');
    return new Promise((resolve, reject) => {
      this.#waiting.set(contribution.id, { contribution, resolve, reject });
      this.#send(encodeContribution(contribution));
    });
  }

  /** Sends again what a former connection may have lost. */
  resume() {
    for (const waiting of this.#waiting.values()) this.#sendAgain(waiting);
  }

  /** @param {Accepted} accepted */
  accepted({ id, receipt }) {
    this.#waiting.get(id)?.resolve({ id, receipt });
    this.#waiting.delete(id);
  }

  /** @param {Refused} refused */
  refused({ id, retry, message }) {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    if (retry) {
      setTimeout(() => this.#waiting.has(id) && this.#sendAgain(waiting), RETRY_MS);
      return;
    }
    this.#waiting.delete(id);
    waiting.reject(new Error(message));
  }

  /** @param {string} why the connection will not come back */
  end(why) {
    this.#ended = why;
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }

  /** @param {Waiting} waiting */
  #sendAgain({ contribution, reject }) {
    if (this.#isAgreed(contribution.contributor)) this.#send(encodeContribution(contribution));
    else {
      this.#waiting.delete(contribution.id);
      reject(new Error(WITHDRAWN));
    }
  }

  /** Whether the visitor of this token still agrees, in all tabs. @param {string} token */
  #isAgreed(token) {
    return this.agreed?.token === token;
  }
}

/**
 * Forgets consent and token; drawings that were given stay, with whoever has their receipts.
 * @param {string} service the address that the consent is for
 */
export function withdrawConsent(service) {
  write(keyOf(service), null);
}

/** @param {string} service */
function keyOf(service) {
  return `midstroke-canvas ${service}`;
}

/** @type {Map<string, any>} for pages that may store nothing */
const memory = new Map();

/** @param {string} key */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null') ?? memory.get(key) ?? null;
  } catch {
    return memory.get(key) ?? null;
  }
}

/**
 * @param {string} key
 * @param {{readonly version: string, readonly token: string} | null} value
 */
function write(key, value) {
  memory.delete(key); // where the storage works, it alone counts: another tab may withdraw
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    if (value !== null) memory.set(key, value); // until the page is left
  }
}
