/** Keeps the drawings that were given on this page, with the status of each. No elements. */

/** @typedef {import('../../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {'waiting' | 'training' | 'validation' | 'filtered' | 'refused'} Status */
/** @typedef {{readonly id: string, readonly label: import('../../ui/language/symbols.js').Label, readonly strokes: readonly Stroke[], readonly status: Status,
 *   readonly why?: string}} GivenDrawing */

export class GivenDrawings {
  /** @type {readonly GivenDrawing[]} */ #all = [];
  /** @type {() => void} */ #changed;

  /** @param {() => void} changed a drawing was added or removed, or has another status */
  constructor(changed) {
    this.#changed = changed;
  }

  /** @returns {readonly GivenDrawing[]} newest last */
  get all() {
    return this.#all;
  }

  /** @param {string} id */
  find(id) {
    return this.#all.find((given) => given.id === id);
  }

  /** @param {Omit<GivenDrawing, 'status'>} drawing that waits for the service's answer from now on */
  add({ id, label, strokes }) {
    this.#set([...this.#all, { id, label, strokes, status: 'waiting' }]);
  }

  /** @param {Contribution} contribution from before a reload, or of another tab; a drawing that is here keeps its status */
  restore({ id, label, strokes }) {
    if (!this.find(id)) this.add({ id, label, strokes: /** @type {readonly Stroke[]} */ (strokes) });
  }

  /**
   * @param {string} id
   * @param {{readonly status: Status, readonly why?: string}} news
   */
  settle(id, news) {
    this.#set(this.#all.map((given) => (given.id === id ? { ...given, ...news } : given)));
  }

  /** @param {string} id */
  remove(id) {
    this.#set(this.#all.filter((given) => given.id !== id));
  }

  /** @param {readonly GivenDrawing[]} all */
  #set(all) {
    this.#all = all;
    this.#changed();
  }
}
