/** Softmax regression on an `ink20` snapshot, by the float weights of a published version (`weights.bin`). No I/O. */

import { FEATURES, PAIRS, featuresOf } from './ink_features.js';

/**
 * @typedef {object} Header of a file of weights
 * @property {string} family
 * @property {string} model the version
 * @property {'ink20/1' | 'ink20/2'} contract of the snapshots that it was trained on
 * @property {number} outputs 10, or 11 with the doubt
 * @property {{readonly unsure: number, readonly settled: number} | null} thresholds
 * @property {readonly {readonly payload: string, readonly probabilities: readonly number[]}[]} golden predictions of the
 *   version's 8-bit form
 */
/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {Pick<Prediction, 'probabilities' | 'doubt' | 'unsure' | 'settled'>} Answer */

const MAGIC = 0x3157534d; // 'MSW1', little-endian
const FORMAT = 1;
const CLASSES = 10;
const LINE_SIDE = 10; // places in a row of the line features
const GOLDEN_TOLERANCE = 0.03; // of a probability, as in the service
const LONGEST_HEADER = 1 << 20; // bytes

/** These bytes are no weights for this page; the message says what came and what was expected. */
export class BadWeights extends Error {}

export class SoftmaxModel {
  /** @type {Header} */ header;
  /** @type {readonly Float32Array[]} kernels (parts, gates x outputs), one of each pair */ #kernels;
  /** @type {Float32Array} */ #bias;

  /**
   * @param {Header} header
   * @param {readonly Float32Array[]} arrays the kernels in order, then the bias
   */
  constructor(header, arrays) {
    this.header = header;
    this.#kernels = arrays.slice(0, -1);
    this.#bias = arrays[arrays.length - 1];
  }

  /**
   * @param {Uint8Array} payload of an `ink20` frame
   * @returns {Answer}
   */
  predict(payload) {
    const features = featuresOf(payload);
    if (!features) return { probabilities: Array(CLASSES).fill(1 / CLASSES), doubt: 0, unsure: false, settled: false };
    const logits = this.#logits(features);
    const probabilities = softmax(logits.subarray(0, CLASSES));
    const highest = Math.max(...probabilities);
    const doubt = logits.length > CLASSES ? 1 / (1 + Math.exp(-logits[CLASSES])) : 1 - highest;
    const { thresholds } = this.header;
    const unsure = thresholds !== null && doubt >= thresholds.unsure;
    return { probabilities, doubt, unsure, settled: thresholds !== null && highest >= thresholds.settled && !unsure };
  }

  /**
   * How much the lines at each place speak for a digit: weights times features, against the mean of all digits. Of the features
   * that belong to a place, single lines (10 x 10 places) and pairs of lines (5 x 5); the others are about the whole drawing.
   * @param {Uint8Array} payload of an `ink20` frame
   * @param {number} digit
   * @returns {readonly number[] | null} 10 x 10 places, row by row; null without ink
   */
  evidence(payload, digit) {
    const features = featuresOf(payload);
    if (!features) return null;
    const single = this.#placeEvidence(features[0], 0, LINE_SIDE, digit);
    const pairs = this.#placeEvidence(features[4], 4, LINE_SIDE / 2, digit);
    return single.map((value, i) => {
      const [y, x] = [Math.floor(i / LINE_SIDE), i % LINE_SIDE];
      return value + pairs[(y >> 1) * (LINE_SIDE / 2) + (x >> 1)] / 4;
    });
  }

  /**
   * @param {import('./ink_features.js').Gated} features
   * @param {number} pair
   * @param {number} side places in a row
   * @param {number} digit
   */
  #placeEvidence({ gates, parts }, pair, side, digit) {
    const [kernel, outputs] = [this.#kernels[pair], this.#bias.length];
    const places = Array(side * side).fill(0);
    const channels = parts.length / places.length;
    parts.forEach((part, i) => {
      if (part === 0) return;
      gates.forEach((gate, j) => {
        if (gate === 0) return;
        const weights = kernel.subarray((i * gates.length + j) * outputs, (i * gates.length + j) * outputs + CLASSES);
        const mean = weights.reduce((sum, weight) => sum + weight, 0) / CLASSES;
        places[Math.floor(i / channels)] += part * gate * (weights[digit] - mean);
      });
    });
    return places;
  }

  /** @param {readonly import('./ink_features.js').Gated[]} features */
  #logits(features) {
    const outputs = this.#bias.length;
    const logits = Float64Array.from(this.#bias);
    features.forEach(({ gates, parts }, pair) => {
      const kernel = this.#kernels[pair];
      // Most gates and parts are 0: a value has shares in two bins at most, and most cells are empty.
      const open = [...gates.keys()].filter((gate) => gates[gate] !== 0);
      for (let part = 0; part < parts.length; part++) {
        if (parts[part] === 0) continue;
        for (const gate of open) {
          const weight = parts[part] * gates[gate];
          const from = (part * gates.length + gate) * outputs;
          for (let output = 0; output < outputs; output++) logits[output] += weight * kernel[from + output];
        }
      }
    });
    return logits;
  }
}

/** @param {Float64Array} logits */
function softmax(logits) {
  const highest = Math.max(...logits);
  // exp() of a large logit overflows; the shift cancels in the ratio.
  const shares = Array.from(logits, (logit) => Math.exp(logit - highest));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
}

/**
 * The model in a file of weights, checked by the version's own golden predictions.
 * @param {ArrayBuffer} file
 * @returns {SoftmaxModel}
 * @throws {BadWeights}
 */
export function readWeights(file) {
  const header = headerOf(file);
  const shapes = [...PAIRS.map(([parts, gates]) => parts * gates * header.outputs), header.outputs];
  const size = shapes.reduce((sum, count) => sum + count, 0);
  const start = file.byteLength - 4 * size;
  if (start !== 8 + new DataView(file).getUint32(4, true)) throw new BadWeights(`${file.byteLength} bytes, expected ${size} numbers behind the header`);
  let at = start;
  const arrays = shapes.map((count) => {
    const array = new Float32Array(file, at, count); // every browser's machine is little-endian, as the file is
    at += 4 * count;
    return array;
  });
  if (!arrays.every((array) => array.every(Number.isFinite))) throw new BadWeights('a weight that is not finite');
  const model = new SoftmaxModel(header, arrays);
  header.golden.forEach((golden, i) => checkGolden(model, golden, i));
  return model;
}

/**
 * @param {ArrayBuffer} file
 * @returns {Header}
 */
function headerOf(file) {
  const view = new DataView(file);
  if (file.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new BadWeights(`${file.byteLength} bytes that begin otherwise, expected MSW1`);
  const length = view.getUint32(4, true);
  if (length % 4 !== 0 || length > LONGEST_HEADER || 8 + length > file.byteLength) throw new BadWeights(`a header of ${length} bytes`);
  let header;
  try {
    header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  } catch (error) {
    throw new BadWeights(`a header that is not JSON: ${error}`);
  }
  const { format, features, outputs, contract, golden } = header ?? {};
  if (format !== FORMAT || features !== FEATURES) throw new BadWeights(`format ${format} of ${features}, expected ${FORMAT} of ${FEATURES}`);
  if (outputs !== CLASSES && outputs !== CLASSES + 1) throw new BadWeights(`${outputs} outputs, expected ${CLASSES} or ${CLASSES + 1}`);
  if (contract !== 'ink20/1' && contract !== 'ink20/2') throw new BadWeights(`snapshots of ${contract}, expected ink20`);
  if (!Array.isArray(golden) || golden.length === 0) throw new BadWeights('no golden predictions, expected at least one');
  return header;
}

/**
 * @param {SoftmaxModel} model
 * @param {Header['golden'][number]} golden
 * @param {number} number
 */
function checkGolden(model, { payload, probabilities }, number) {
  const { probabilities: came } = model.predict(Uint8Array.from(atob(payload), (character) => character.charCodeAt(0)));
  const off = Math.max(...came.map((probability, digit) => Math.abs(probability - probabilities[digit])));
  // `not <=` instead of `>`: NaN must fail too.
  if (!(off <= GOLDEN_TOLERANCE)) throw new BadWeights(`golden prediction ${number} is off by ${off.toFixed(4)}, expected at most ${GOLDEN_TOLERANCE}`);
}
