/**
 * The features of an `ink20` snapshot that the softmax regression weighs, as pairs of gates and parts: every product of the
 * two is a feature. The formulas, with their reasons, stand in `training/families/architectures/ink_features.py`; this file
 * follows it step by step. Pure arithmetic, maps row by row with channels last.
 */

import { CELLS, GRID, PLACE_BYTES } from '../ink/snapshots/snapshot.js';

/** @typedef {{readonly gates: Float64Array, readonly parts: Float64Array}} Gated */
/** @typedef {{readonly value: number, readonly low: number, readonly high: number, readonly count: number}} Bins */

export const FEATURES = 'ink-features/1'; // names these formulas in a file of weights
const PLACE_SIDE = 500; // the longer side of the canvas in the place, whatever its size in px
const HALF = GRID / 2; // a side of pooled maps
const DIRECTIONS = 8;
const PAIR_DIRECTIONS = 6;
const PAIR_OFFSETS = /** @type {const} */ ([[0, 2], [2, 0], [2, 2], [2, -2]]); // down, right
const PAIR_SIDE = HALF / 2;
const COARSE_SIDE = 3;
const FLOOR = 1e-4;
const BOX_CELLS = 16; // the ink's box fills 16 of the 20 cells

/**
 * @param {number} low
 * @param {number} high
 * @param {number} count
 */
const bins = (low, high, count) => ({ low, high, count });
const EDGE_BINS = bins(-0.36, 0.36, 8);
const X_BINS = bins(-0.2, 0.2, 5);
const Y_BINS = bins(-0.25, 0.25, 5);
const FEW_X_BINS = bins(-0.2, 0.2, 3);
const FEW_Y_BINS = bins(-0.25, 0.25, 3);
const SIZE_BINS = bins(-2.5, -0.3, 4);
const REACH_BINS = bins(-0.3, 1.6, 8);
const FEW_REACH_BINS = bins(-0.3, 1.6, 4);

/** How many parts and gates each pair has, in order. */
export const PAIRS = /** @type {const} */ ([[800, 8], [32, 8], [100, 8], [72, 36], [3600, 4]]);

/**
 * The features of a snapshot; null for one without ink.
 * @param {Uint8Array} payload of an `ink20/1` or `ink20/2` frame, 412 bytes
 * @returns {readonly Gated[] | null}
 */
export function featuresOf(payload) {
  const place = placeOf(payload);
  const cells = Float64Array.from(payload.subarray(PLACE_BYTES, PLACE_BYTES + CELLS), (level) => level / 255);
  const [width, height, x0, y0, x1, y1] = place;
  if (x1 <= x0 || y1 <= y0) return null;
  const longest = Math.max(width, height);
  const longer = Math.max(x1 - x0, y1 - y0, 1);
  const edges = [x0 - width / 2, x1 - width / 2, y0 - height / 2, y1 - height / 2].map((edge) => edge / longest);
  const [x, y] = [(x0 + x1 - width) / 2 / longest, (y0 + y1 - height) / 2 / longest];
  const size = Math.log(longer / longest);
  const reach = Math.log(inkLength(cells) / BOX_CELLS);

  const gates = softBins(reach, REACH_BINS);
  const fewGates = softBins(reach, FEW_REACH_BINS);
  const slopes = slopesOf(cells);
  const lines = pooled(directions(slopes, DIRECTIONS), DIRECTIONS);
  const pairLines = rooted(pooled(directions(slopes, PAIR_DIRECTIONS), PAIR_DIRECTIONS));
  return [
    { gates, parts: rooted(lines) },
    { gates, parts: Float64Array.from(edges.flatMap((edge) => [...softBins(edge, EDGE_BINS)])) },
    { gates, parts: outer(outer(softBins(x, X_BINS), softBins(y, Y_BINS)), softBins(size, SIZE_BINS)) },
    { gates: outer(fewGates, outer(softBins(x, FEW_X_BINS), softBins(y, FEW_Y_BINS))), parts: rooted(coarse(lines)) },
    { gates: fewGates, parts: pairsOf(pairLines) },
  ];
}

/**
 * Width, height and box on a canvas whose longer side is 500; `ink20/1` has them in px.
 * @param {Uint8Array} payload
 * @returns {readonly number[]}
 */
function placeOf(payload) {
  const view = new DataView(payload.buffer, payload.byteOffset, PLACE_BYTES);
  const place = Array.from({ length: 6 }, (_, i) => view.getUint16(2 * i, true));
  const side = Math.max(place[0], place[1]);
  if (side === PLACE_SIDE || side === 0) return place;
  // Outwards, so that the box holds all ink: its near edges down, all else up.
  return place.map((px, i) => (i === 2 || i === 3 ? Math.floor((px * PLACE_SIDE) / side) : Math.ceil((px * PLACE_SIDE) / side)));
}

/**
 * The shares of a value in evenly spaced bins, at most two of them not 0.
 * @param {number} value
 * @param {Omit<Bins, 'value'>} bins
 */
function softBins(value, { low, high, count }) {
  const last = count - 1;
  const position = Math.min(Math.max(((value - low) * last) / (high - low), 0), last);
  return Float64Array.from({ length: count }, (_, i) => Math.max(0, 1 - Math.abs(position - i)));
}

/**
 * Ink length in cells, whatever the pen's width.
 * @param {Float64Array} cells
 */
function inkLength(cells) {
  let [mass, squares, outline] = [0, 0, 0];
  for (const cell of cells) {
    mass += cell;
    squares += cell * cell;
  }
  for (let y = 0; y < GRID - 1; y++) {
    for (let x = 0; x < GRID - 1; x++) {
      const i = y * GRID + x;
      const [right, down] = [cells[i + 1] - cells[i], cells[i + GRID] - cells[i]];
      outline += Math.sqrt(right * right + down * down + 1e-8);
    }
  }
  const level = squares / (mass + 0.05) + 0.01;
  return 0.31 * Math.exp(1.27 * Math.log((outline + 0.05) / (2 * level)));
}

/**
 * The gradient at twice its angle, by the root of its strength: 20 x 20 x 2.
 * @param {Float64Array} cells
 */
function slopesOf(cells) {
  const at = (/** @type {number} */ y, /** @type {number} */ x) =>
    y < 0 || x < 0 || y >= GRID || x >= GRID ? 0 : cells[y * GRID + x];
  const slopes = new Float64Array(2 * CELLS);
  for (let y = 0; y < GRID; y++) {
    for (let x = 0; x < GRID; x++) {
      const corners = at(y + 1, x + 1) - at(y - 1, x - 1);
      const others = at(y - 1, x + 1) - at(y + 1, x - 1);
      const gx = 0.125 * (corners + others) + 0.25 * (at(y, x + 1) - at(y, x - 1));
      const gy = 0.125 * (corners - others) + 0.25 * (at(y + 1, x) - at(y - 1, x));
      const [real, imaginary] = [(gx + gy) * (gx - gy), 2 * gx * gy];
      const fourthPower = real * real + imaginary * imaginary;
      const square = Math.sqrt(fourthPower) + 1e-6;
      const scale = Math.sqrt(square) * Math.sqrt(Math.sqrt(fourthPower / square + 1e-6));
      slopes[2 * (y * GRID + x)] = real / scale;
      slopes[2 * (y * GRID + x) + 1] = imaginary / scale;
    }
  }
  return slopes;
}

/**
 * How much line runs each of `count` ways at each cell: 20 x 20 x count.
 * @param {Float64Array} slopes
 * @param {number} count
 */
function directions(slopes, count) {
  const turns = Array.from({ length: count }, (_, k) => (2 * Math.PI * k) / count);
  const cosines = turns.map(Math.cos);
  const sines = turns.map(Math.sin);
  const maps = new Float64Array(CELLS * count);
  for (let i = 0; i < CELLS; i++) {
    const [real, imaginary] = [slopes[2 * i], slopes[2 * i + 1]];
    if (real === 0 && imaginary === 0) continue;
    for (let k = 0; k < count; k++) {
      const along = real * cosines[k] + imaginary * sines[k];
      if (along > 0) maps[i * count + k] = along * along;
    }
  }
  return maps;
}

const BUMP = [1, 3, 3, 1];

/**
 * 20 x 20 x count -> 10 x 10 x count, each cell a binomial bump over 4 x 4.
 * @param {Float64Array} maps
 * @param {number} count
 */
function pooled(maps, count) {
  const pool = new Float64Array(HALF * HALF * count);
  for (let y = 0; y < HALF; y++) {
    for (let x = 0; x < HALF; x++) {
      for (let i = Math.max(0, 1 - 2 * y); i < 4 && 2 * y - 1 + i < GRID; i++) {
        for (let j = Math.max(0, 1 - 2 * x); j < 4 && 2 * x - 1 + j < GRID; j++) {
          const weight = (BUMP[i] * BUMP[j]) / 32;
          const from = ((2 * y - 1 + i) * GRID + 2 * x - 1 + j) * count;
          const to = (y * HALF + x) * count;
          for (let k = 0; k < count; k++) pool[to + k] += weight * maps[from + k];
        }
      }
    }
  }
  return pool;
}

/**
 * Means over 3 x 3 cells, without the first row and column: 10 x 10 x 8 -> 3 x 3 x 8.
 * @param {Float64Array} lines
 */
function coarse(lines) {
  const means = new Float64Array(COARSE_SIDE * COARSE_SIDE * DIRECTIONS);
  for (let y = 1; y < HALF; y++) {
    for (let x = 1; x < HALF; x++) {
      const to = (Math.floor((y - 1) / 3) * COARSE_SIDE + Math.floor((x - 1) / 3)) * DIRECTIONS;
      for (let k = 0; k < DIRECTIONS; k++) means[to + k] += lines[(y * HALF + x) * DIRECTIONS + k] / 9;
    }
  }
  return means;
}

/**
 * Mean products of each direction here with each at an offset, over 2 x 2 cells: 5 x 5 x (4 offsets x 6 x 6), rooted.
 * @param {Float64Array} maps 10 x 10 x 6
 */
function pairsOf(maps) {
  const count = PAIR_DIRECTIONS;
  const channels = PAIR_OFFSETS.length * count * count;
  const pairs = new Float64Array(PAIR_SIDE * PAIR_SIDE * channels);
  PAIR_OFFSETS.forEach(([down, right], offset) => {
    for (let y = 0; y + down < HALF; y++) {
      for (let x = Math.max(0, -right); x < HALF && x + right < HALF; x++) {
        const here = (y * HALF + x) * count;
        const there = ((y + down) * HALF + x + right) * count;
        const to = ((y >> 1) * PAIR_SIDE + (x >> 1)) * channels + offset * count * count;
        for (let a = 0; a < count; a++) {
          const quarter = maps[here + a] / 4;
          if (quarter === 0) continue;
          for (let b = 0; b < count; b++) pairs[to + a * count + b] += quarter * maps[there + b];
        }
      }
    }
  });
  return rooted(pairs);
}

/** Square roots: a faint line counts nearly as much as a strong one; 0 stays 0. @param {Float64Array} energy */
function rooted(energy) {
  const least = Math.sqrt(FLOOR);
  return energy.map((value) => (value === 0 ? 0 : Math.sqrt(value + FLOOR) - least));
}

/**
 * All products: `b` gated by `a`.
 * @param {Float64Array} a
 * @param {Float64Array} b
 */
function outer(a, b) {
  const products = new Float64Array(a.length * b.length);
  a.forEach((one, i) => b.forEach((other, j) => (products[i * b.length + j] = one * other)));
  return products;
}
