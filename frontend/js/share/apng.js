/** Encodes gray pictures as an animated PNG (https://www.w3.org/TR/png-3/#apng-frame-based-animation). */

import { SIGNATURE, chunk, headerChunk, joined, packedRows } from '../ink/snapshots/png.js';

/** @typedef {{readonly gray: Uint8Array, readonly ms: number}} Frame how long it is shown */

/**
 * @param {number} width
 * @param {number} height
 * @param {readonly Frame[]} frames at least one; programs that know no animation show the first
 */
export async function encodeAnimation(width, height, frames) {
  const parts = [Uint8Array.from(SIGNATURE), headerChunk(width, height), chunk('acTL', numbers(frames.length, 0))];
  let sequence = 0;
  for (const [i, { gray, ms }] of frames.entries()) {
    const control = joined([numbers(sequence++, width, height, 0, 0), shorts(ms, 1000), Uint8Array.of(0, 0)]);
    parts.push(chunk('fcTL', control));
    const data = await packedRows(width, height, gray);
    parts.push(i === 0 ? chunk('IDAT', data) : chunk('fdAT', joined([numbers(sequence++), data])));
  }
  return joined([...parts, chunk('IEND', new Uint8Array())]);
}

/** @param {...number} values */
function numbers(...values) {
  const bytes = new Uint8Array(4 * values.length);
  values.forEach((value, i) => new DataView(bytes.buffer).setUint32(4 * i, value));
  return bytes;
}

/** @param {...number} values */
function shorts(...values) {
  const bytes = new Uint8Array(2 * values.length);
  values.forEach((value, i) => new DataView(bytes.buffer).setUint16(2 * i, value));
  return bytes;
}
