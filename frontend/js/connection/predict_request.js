/** Asks `POST /predict` about finished drawings or parts of them; it knows no contributor, so personal answers are off. */

import { SIDE } from '../ink/geometry.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */

/**
 * @param {readonly (readonly Stroke[])[]} drawings
 * @param {string} family
 * @returns {Promise<readonly {readonly model: string, readonly digit: number, readonly probabilities: readonly number[]}[]>}
 * @throws {Error} the service does not answer, or can't read a drawing
 */
export async function predictAll(drawings, family) {
  const bodies = drawings.map((strokes) => ({ width: SIDE, height: SIDE, strokes: pointsOf(strokes) }));
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`predict?family=${encodeURIComponent(family)}`, { method: 'POST', headers, body: JSON.stringify({ drawings: bodies }) });
  if (!answer.ok) throw new Error(`the service answered ${answer.status} to predict`);
  const { predictions } = await answer.json();
  const failed = predictions.find((/** @type {{error?: {message: string}}} */ one) => one.error);
  if (failed) throw new Error(failed.error.message);
  return predictions;
}

/**
 * @param {readonly Stroke[]} strokes
 * @returns {number[][][]} without times
 */
function pointsOf(strokes) {
  return strokes.map((stroke) => stroke.map(([x, y]) => [x, y]));
}
