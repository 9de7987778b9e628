/** Selects the digit to ask for, the models that answer, and the encodings they need. Pure functions. */

import { isEncoding } from '../../connection/protocol.js';
import { classCount } from '../../ui/language/symbols.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('../../connection/protocol.js').Encoding} Encoding */
/** @typedef {{readonly family: string, readonly compare: string}} ModelChoice `''`: the best; nothing to compare with */

/**
 * One of the classes that were drawn least, so that all come to the same number.
 * @param {readonly number[]} byLabel contributions of each digit
 * @param {number} random from 0 to 1
 * @param {number | null} before the digit asked for last, which is not asked for again at once
 */
export function chooseDigit(byLabel, random, before) {
  const others = [...Array(classCount()).keys()].filter((digit) => digit !== before);
  const fewest = Math.min(...others.map((digit) => byLabel[digit] ?? 0));
  const rarest = others.filter((digit) => (byLabel[digit] ?? 0) === fewest);
  return rarest[Math.min(Math.floor(random * rarest.length), rarest.length - 1)];
}

/**
 * The models that are to answer, the one that is read first before the one it is compared with. A family that is no
 * longer served falls back to the best.
 * @param {readonly Model[]} models best first
 * @param {ModelChoice} choice
 * @returns {readonly Model[]}
 */
export function answering(models, { family, compare }) {
  const first = models.find((model) => model.family === family) ?? models.find((model) => isEncoding(model.encoding));
  const second = models.find((model) => model.family === compare && model !== first);
  return [first, second].filter((model) => model !== undefined);
}

/**
 * @param {readonly Model[]} models that are to answer
 * @returns {readonly Encoding[]} each once
 */
export function encodingsFor(models) {
  return [...new Set(models.map(sentFor))].filter(isEncoding);
}

/**
 * The encoding of the frames that a model is fed with: a service of an earlier release only knows `ink20/1`.
 * @param {Model} model
 */
function sentFor({ encoding, contract }) {
  return contract === 'ink20/2' ? contract : encoding;
}
