/** Selects the models that answer and the encodings they need. Pure functions. */

import { isEncoding } from '../../connection/protocol.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('../../connection/protocol.js').Encoding} Encoding */
/** @typedef {{readonly family: string, readonly compare: string}} ModelChoice `''`: the best; nothing to compare with */

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
