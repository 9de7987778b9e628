/** Loads the weights with which the page predicts while it has no connection, and keeps them in memory. */

/** @typedef {import('./softmax_model.js').SoftmaxModel} SoftmaxModel */

const READY = 'midstroke.weights'; // for measurements: from now on the page can do without the service
const PATIENCE_MS = 30_000; // 1 MB on a slow connection

export class LocalModel {
  /** @type {SoftmaxModel | null} */ #model = null;
  /** @type {Promise<void> | null} */ #loading = null;
  /** @type {string} */ #page;
  /** @type {() => Promise<void>} */ #snapshots;
  /** @type {() => void} */ #changed;

  /**
   * @param {string} page its address; those of the weights are beside it, under any path prefix
   * @param {() => Promise<void>} snapshots loads what makes the model's snapshots
   * @param {() => void} changed another version is in memory
   */
  constructor(page, snapshots, changed) {
    this.#page = page;
    this.#snapshots = snapshots;
    this.#changed = changed;
  }

  /** @returns {SoftmaxModel | null} null until the weights are here */
  get current() {
    return this.#model;
  }

  /** Loads the version that the service names, unless it is here; on a failure the former stays. Never rejects. */
  refresh() {
    this.#loading ??= this.#load()
      .catch((error) => console.info(`no weights to predict with here: ${error}`))
      .finally(() => (this.#loading = null));
    return this.#loading;
  }

  async #load() {
    const { family, model } = await (await this.#fetch('model/offline', 'no-cache')).json();
    if (this.#model?.header.model === model) return;
    const address = `models/${encodeURIComponent(family)}/${encodeURIComponent(model)}/weights.bin`;
    const [answer, { readWeights }] = await Promise.all([this.#fetch(address, 'default'), import('./softmax_model.js'), this.#snapshots()]);
    this.#model = readWeights(await answer.arrayBuffer());
    performance.mark(READY);
    this.#changed();
  }

  /**
   * @param {string} path
   * @param {RequestCache} cache
   */
  async #fetch(path, cache) {
    const answer = await fetch(new URL(path, this.#page), { cache, priority: 'low', signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return answer;
  }
}
