/** Makes a finished drawing's samples: PNG pictures of the drawing at rising ink fractions. */

import { cutAtInk, inkLength } from '../geometry.js';

/** @typedef {import('../geometry.js').Stroke} Stroke */
/** @typedef {{readonly ink: number, readonly png: string}} Sample */
/** @typedef {{readonly samples_min: number, readonly samples_max: number}} SampleLimits */
/** @typedef {{draw(strokes: readonly Stroke[]): void, png(): Promise<Uint8Array>}} Printer */

const PX_A_SAMPLE = 40; // of ink: a digit of ordinary size, about 800 px long, leaves 20

/**
 * The ink fractions of a drawing's samples: evenly spread, rising to 1.
 * @param {number} length px of ink
 * @param {SampleLimits} limits
 */
export function sampleInks(length, { samples_min, samples_max }) {
  const count = Math.min(Math.max(Math.round(length / PX_A_SAMPLE), samples_min), samples_max);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? 1 : Math.round((1e6 * (i + 1)) / count) / 1e6));
}

/**
 * The sheet at each stage, drawn from the strokes that are left: what was undone leaves no sample.
 * @param {readonly Stroke[]} strokes
 * @param {SampleLimits} limits
 * @param {Printer} printer
 * @returns {Promise<readonly Sample[]>}
 */
export async function makeSamples(strokes, limits, printer) {
  const samples = [];
  for (const ink of sampleInks(inkLength(strokes), limits)) {
    printer.draw(cutAtInk(strokes, ink));
    samples.push({ ink, png: toBase64(await printer.png()) });
  }
  return samples;
}

/** @param {Uint8Array} bytes */
export function toBase64(bytes) {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
