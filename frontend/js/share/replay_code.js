/**
 * Encodes a drawing as a short text for an address, and reads it back: `1.` and base64url of its label and points. An address
 * may hold anything: every number is checked. Pure functions.
 */

import { SIDE, strokeLength } from '../ink/geometry.js';
import { thinStrokes } from '../ink/snapshots/thinning.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {{readonly label: number | null, readonly strokes: readonly Stroke[]}} Drawn `label`: the digit that was asked for */

const VERSION = '1.';
const NO_LABEL = 127; // in place of a digit: nobody asked for one
const MOST_POINTS = 240; // kept by thinning: an address of about a kilobyte
const POINTS_READ = 1000;
const STROKES_READ = 64; // as many as a contribution may have
const LONGEST = 8000; // characters
const STEP_MS = 4; // times are kept to 4 ms
const LONGEST_STEP_MS = 4000; // between two points

/** The address holds no drawing; the message says what came and what was expected. */
export class BadReplay extends Error {}

/**
 * Thins what an address can't hold: points, and of more than `STROKES_READ` strokes the shortest.
 * @param {Drawn} drawn
 */
export function encodeReplay({ label, strokes }) {
  /** @type {number[]} */
  const bytes = [label ?? NO_LABEL];
  const thinned = thinStrokes(longest(strokes, STROKES_READ), MOST_POINTS);
  writeCount(bytes, thinned.length);
  let [x, y, t] = [0, 0, thinned[0]?.[0]?.[2] ?? 0];
  for (const stroke of thinned) {
    writeCount(bytes, stroke.length);
    for (const point of stroke) {
      const [nextX, nextY] = [kept(point[0]), kept(point[1])];
      writeCount(bytes, zigzag(nextX - x));
      writeCount(bytes, zigzag(nextY - y));
      const ms = Math.max(point[2] - t, 0);
      const steps = Math.round(Math.min(ms, LONGEST_STEP_MS) / STEP_MS);
      writeCount(bytes, steps);
      // What was rounded off counts in the next step: a mouse may report every ms.
      [x, y, t] = [nextX, nextY, ms > LONGEST_STEP_MS ? point[2] : t + steps * STEP_MS];
    }
  }
  return VERSION + btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * @param {string} text
 * @returns {Drawn}
 * @throws {BadReplay}
 */
export function decodeReplay(text) {
  if (!text.startsWith(VERSION)) throw new BadReplay(`${text.slice(0, 20)}, expected a replay of version 1`);
  if (text.length > LONGEST) throw new BadReplay(`${text.length} characters, at most ${LONGEST}`);
  const read = readerOf(bytesOf(text.slice(VERSION.length)));
  const first = read();
  const label = first === NO_LABEL ? null : within('label', first, 0, 9);
  const strokes = [];
  let [x, y, t, points] = [0, 0, 0, 0];
  for (let left = within('strokes', read(), 1, STROKES_READ); left > 0; left--) {
    /** @type {[number, number, number][]} */
    const stroke = [];
    const count = within('points', read(), 1, POINTS_READ);
    points = within('points in all', points + count, 1, POINTS_READ);
    for (let i = 0; i < count; i++) {
      x = within('x', x + unzigzag(read()), 0, SIDE);
      y = within('y', y + unzigzag(read()), 0, SIDE);
      t += within('time', read() * STEP_MS, 0, LONGEST_STEP_MS);
      stroke.push([x, y, t]);
    }
    strokes.push(stroke);
  }
  if (read.left() > 0) throw new BadReplay(`${read.left()} bytes behind the drawing`);
  return { label, strokes };
}

/**
 * The longest strokes, in their order.
 * @param {readonly Stroke[]} strokes
 * @param {number} most
 */
function longest(strokes, most) {
  if (strokes.length <= most) return strokes;
  const chosen = new Set([...strokes].sort((a, b) => strokeLength(b) - strokeLength(a)).slice(0, most));
  return strokes.filter((stroke) => chosen.has(stroke));
}

/** @param {number} px */
function kept(px) {
  return Math.min(Math.max(Math.round(px), 0), SIDE);
}

/** @param {number} value */
function zigzag(value) {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** @param {number} value */
function unzigzag(value) {
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}

/**
 * Seven bits a byte, the lowest first.
 * @param {number[]} bytes
 * @param {number} count
 */
function writeCount(bytes, count) {
  for (; count > 127; count >>= 7) bytes.push((count & 127) | 128);
  bytes.push(count);
}

/** @param {string} text */
function bytesOf(text) {
  if (!/^[\w-]*$/.test(text)) throw new BadReplay('characters that are not base64url');
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
  } catch (error) {
    throw new BadReplay(`not base64url: ${error}`);
  }
}

/** @param {Uint8Array} bytes */
function readerOf(bytes) {
  let at = 0;
  const read = () => {
    let value = 0;
    for (let shift = 0; shift < 21; shift += 7) {
      if (at >= bytes.length) throw new BadReplay(`${bytes.length} bytes, expected more`);
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new BadReplay('a number of more than three bytes');
  };
  return Object.assign(read, { left: () => bytes.length - at });
}

/**
 * @param {string} name
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function within(name, value, least, most) {
  if (value < least || value > most) throw new BadReplay(`${name} ${value}, expected ${least} to ${most}`);
  return value;
}
