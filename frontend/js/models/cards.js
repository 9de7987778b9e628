/** Reads the cards of published versions, each once: a published version never changes. */

/**
 * @typedef {object} Metrics
 * @property {string} judged_on the evaluation set in words, with its size
 * @property {string} [set] its id
 * @property {number} drawings
 * @property {readonly number[]} ink
 * @property {readonly number[]} accuracy at each of `ink`
 * @property {number} mean
 * @property {number} at_50
 * @property {number} at_100
 * @property {readonly number[]} recall
 */
/**
 * @typedef {object} Card
 * @property {string} family
 * @property {string} version
 * @property {string} encoding
 * @property {Readonly<Record<string, unknown>>} files
 * @property {Metrics} metrics
 * @property {readonly (Metrics & {readonly version: string})[]} [evaluations] of this and earlier versions
 * @property {{drawings: number, contributors: number, sources: Record<string, number>, credits: string[],
 *   withdrawn?: number}} trained_on
 * @property {string | null} resumed_from
 * @property {{accepted?: boolean, reasons?: readonly string[]}} gate
 */

/**
 * Where a version's files are.
 * @param {string} family
 * @param {string} version
 * @param {string} file
 */
export function modelFile(family, version, file) {
  return `models/${family}/${version}/${file}`;
}

export class Cards {
  /** @type {Map<string, Promise<Card>>} */ #cards = new Map();

  /** @param {{readonly family: string, readonly model: string}} model */
  read({ family, model }) {
    const url = modelFile(family, model, 'card.json');
    const reading = this.#cards.get(url) ?? readJson(url);
    this.#cards.set(url, reading);
    // The next caller tries again after a failure.
    reading.catch(() => this.#cards.delete(url));
    return reading;
  }
}

/** @param {string} url */
async function readJson(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the service answered ${answer.status} to ${url}`);
  return answer.json();
}
