/** Fits a contribution into the service's limits: thins points and drops samples. Pure functions. */

import { thinStrokes } from '../../ink/snapshots/thinning.js';

/** @typedef {import('../../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../../connection/protocol.js').Limits} Limits */

export const MESSAGE_BYTES = 1024 * 1024; // of services that don't name their limit
const SAMPLE_BYTES = 64 * 1024;
const ENVELOPE_BYTES = 64; // the message's type and quotes around the contribution

/**
 * @param {Contribution} contribution
 * @param {Limits} limits
 * @returns {Contribution | null} the contribution itself where it fits; null when it never will
 */
export function fit(contribution, limits) {
  const { strokes_max, points_max, samples_min, samples_max } = limits;
  const most = (limits.message_bytes ?? MESSAGE_BYTES) - ENVELOPE_BYTES;
  if (contribution.strokes.length > strokes_max) return null;
  const fitting = contribution.samples.filter(({ png }) => (png.length * 3) / 4 <= (limits.sample_bytes ?? SAMPLE_BYTES));
  if (fitting.length < samples_min || fitting.at(-1)?.ink !== contribution.samples.at(-1)?.ink) return null;
  let samples = spread(fitting, samples_max);
  let strokes = thinStrokes(contribution.strokes, points_max);
  for (;;) {
    const size = bytes({ ...contribution, strokes, samples });
    if (size <= most) break;
    if (samples.length > samples_min) {
      samples = spread(samples, Math.max(samples_min, samples.length - 1));
      continue;
    }
    const fewer = thinStrokes(strokes, Math.floor(strokes.flat().length / 2));
    if (fewer === strokes) return null;
    strokes = fewer;
  }
  if (strokes === contribution.strokes && samples.length === contribution.samples.length) return contribution;
  return { ...contribution, strokes, samples };
}

/** @param {unknown} value */
function bytes(value) {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}

/**
 * At most `count` items, evenly spread, the last among them.
 * @template T
 * @param {readonly T[]} items
 * @param {number} count
 * @returns {readonly T[]}
 */
function spread(items, count) {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, i) => items[Math.round(((i + 1) * items.length) / count) - 1]);
}
