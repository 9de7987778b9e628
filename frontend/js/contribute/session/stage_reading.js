/** Has a drawing read at ten stages. */

import { predictAll } from '../../connection/predict_request.js';
import { cutAtInk } from '../../ink/geometry.js';

/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./session.js').Reading} Reading */

const STAGES = 10;

/**
 * @param {readonly Stroke[]} strokes
 * @param {number} label
 * @param {string} family
 * @returns {Promise<Reading>}
 * @throws {Error} the service does not answer
 */
export async function readAtStages(strokes, label, family) {
  const stages = Array.from({ length: STAGES }, (_, i) => cutAtInk(strokes, (i + 1) / STAGES));
  const predictions = await predictAll(stages, family);
  return { family, model: predictions[0].model, right: predictions.map(({ digit }) => digit === label) };
}
