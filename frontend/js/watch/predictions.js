/** Selects the latest predictions and reads the guess from them. Pure functions. */

/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {Readonly<Record<string, Prediction>>} Latest by family */
/** @typedef {{readonly digit: number, readonly probability: number}} Leading */
/** @typedef {Leading & {readonly unsure: boolean, readonly settled: boolean}} Guess `unsure`: probably no digit */

/**
 * Adds a prediction, unless it is for another drawing or older than its family's latest.
 * @param {Latest} latest
 * @param {Prediction} prediction
 * @param {number} drawing the number of the one that is under way
 * @returns {Latest}
 */
export function takePrediction(latest, prediction, drawing) {
  const before = latest[prediction.family];
  if (prediction.drawing !== drawing || (before && before.seq >= prediction.seq)) return latest;
  return { ...latest, [prediction.family]: prediction };
}

/**
 * The leading digit; null where none leads, as for a sheet without ink.
 * @param {readonly number[]} probabilities
 * @returns {Leading | null}
 */
export function leadingOf(probabilities) {
  const probability = Math.max(...probabilities);
  if (probabilities.every((p) => p === probability)) return null;
  return { digit: probabilities.indexOf(probability), probability };
}

/**
 * The leading digit and how far to rely on it; null where none leads.
 * @param {Prediction} prediction
 * @returns {Guess | null}
 */
export function guessOf({ probabilities, unsure, settled }) {
  const leading = leadingOf(probabilities);
  return leading && { ...leading, unsure: unsure === true, settled: settled === true };
}

/**
 * The median: one slow answer doesn't change it.
 * @param {readonly number[]} times ms, newest last
 */
export function median(times) {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
