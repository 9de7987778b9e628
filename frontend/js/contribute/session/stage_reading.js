/** Has a drawing read at ten stages, plainly: `POST /predict` knows no contributor, so personal answers are off. */

import { SIDE, cutAtInk } from '../../ink/geometry.js';

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
  const drawings = Array.from({ length: STAGES }, (_, i) => pointsOf(cutAtInk(strokes, (i + 1) / STAGES)));
  const predictions = await predictAll(drawings, family);
  return { family, model: predictions[0].model, right: predictions.map(({ digit }) => digit === label) };
}

/**
 * @param {readonly (readonly (readonly number[][])[])[]} drawings strokes of points x and y
 * @param {string} family
 * @returns {Promise<readonly {readonly model: string, readonly digit: number, readonly probabilities: readonly number[]}[]>}
 */
export async function predictAll(drawings, family) {
  const body = JSON.stringify({ drawings: drawings.map((strokes) => ({ width: SIDE, height: SIDE, strokes })) });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`predict?family=${encodeURIComponent(family)}`, { method: 'POST', headers, body });
  if (!answer.ok) throw new Error(`the service answered ${answer.status} to predict`);
  const { predictions } = await answer.json();
  const failed = predictions.find((/** @type {{error?: {message: string}}} */ one) => one.error);
  if (failed) throw new Error(failed.error.message);
  return predictions;
}

/**
 * @param {readonly Stroke[]} strokes
 * @returns {number[][][]}
 */
export function pointsOf(strokes) {
  return strokes.map((stroke) => stroke.map(([x, y]) => [x, y]));
}
