/** Reads drawings by the page's own model: nothing is sent. */

import { Pictures } from '../ink/snapshots/pictures.js';

/** @typedef {import('../offline/softmax_model.js').SoftmaxModel} SoftmaxModel */

export class ModelReader {
  #pictures = new Pictures();
  /** @type {() => Promise<SoftmaxModel | null>} */ #load;
  /** @type {SoftmaxModel | null} */ #model = null;

  /** @param {() => Promise<SoftmaxModel | null>} load null where the model can't be had */
  constructor(load) {
    this.#load = load;
  }

  /** Loads the model. @returns {Promise<boolean>} false where it can't be had; another call tries again */
  async ready() {
    this.#model ??= await this.#load();
    return this.#model !== null;
  }

  /**
   * The probability of each digit; null without ink, and before the model is loaded.
   * @param {readonly import('../ink/geometry.js').Stroke[]} strokes
   * @returns {readonly number[] | null}
   */
  read(strokes) {
    if (strokes.length === 0 || !this.#model) return null;
    const contract = this.#model.header.contract === 'ink20/2' ? 'ink20/2' : 'ink20';
    return this.#model.predict(this.#pictures.payload(contract, strokes)).probabilities;
  }
}
