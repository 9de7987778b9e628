/** The operator's calls for stored drawings. The token is in this object alone: no storage, no address, no cookie. */

/**
 * @typedef {readonly [x: number, y: number, t_ms: number | null]} StoredPoint
 * @typedef {object} StoredDrawing
 * @property {string} id
 * @property {string} label
 * @property {string} asked
 * @property {string} contributor
 * @property {string} use
 * @property {string} received_at
 * @property {string} pointer
 * @property {string} source
 * @property {string} verdict
 * @property {boolean} confirmed
 * @property {boolean} hidden
 * @property {boolean} blocked
 * @property {boolean} relabelled
 * @property {number} width
 * @property {number} height
 * @property {number} pen_width
 * @property {readonly (readonly StoredPoint[])[]} strokes
 */
/** @typedef {{readonly classes: readonly {readonly id: string, readonly name: string}[], readonly drawings: readonly StoredDrawing[], readonly after: string | null}} Found */
/** @typedef {{readonly at: string, readonly action: string, readonly drawing: string | null, readonly contributor: string | null, readonly label_before: string | null, readonly label: string | null, readonly reason: string, readonly via: string}} AuditLine */
/** @typedef {Readonly<Record<string, string>>} Fields */

/** The service refused a call; its message is for people. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class ModerationCalls {
  /** @type {string} */ #token;
  /** @type {typeof fetch} */ #fetch;

  /**
   * @param {string} token
   * @param {typeof fetch} [fetching]
   */
  constructor(token, fetching = (...call) => fetch(...call)) {
    this.#token = token;
    this.#fetch = fetching;
  }

  /** @returns {Promise<readonly {readonly id: string, readonly name: string, readonly retired: boolean}[]>} */
  sets() {
    return this.#call('sets');
  }

  /**
   * @param {Fields} filters empty ones are left out
   * @returns {Promise<Found>}
   */
  find(filters) {
    const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== ''));
    return this.#call(`drawings?${query}`);
  }

  /**
   * @param {Fields} decision
   * @returns {Promise<{readonly changed: boolean}>}
   */
  decide(decision) {
    const headers = { 'Content-Type': 'application/json' };
    return this.#call('decisions', { method: 'POST', body: JSON.stringify(decision), headers });
  }

  /**
   * @param {string} set
   * @returns {Promise<readonly AuditLine[]>}
   */
  audit(set) {
    return this.#call(`audit?${new URLSearchParams({ set })}`);
  }

  /**
   * @param {string} path
   * @param {RequestInit} [options]
   */
  async #call(path, options = {}) {
    const headers = { ...options.headers, Authorization: `Bearer ${this.#token}` };
    const answer = await this.#fetch(`moderation/${path}`, { ...options, headers, cache: 'no-store', redirect: 'error' });
    const body = await answer.json().catch(() => null);
    if (!answer.ok) throw new Refused(answer.status, body?.message ?? `status ${answer.status}`);
    return body;
  }
}
