/** Finds out whether the browser falsifies what is read from a canvas, as protection against fingerprinting does. */

import { SIDE } from '../geometry.js';

/** @typedef {import('../geometry.js').Stroke} Stroke */
/** @typedef {import('./snapshot.js').Patch} Patch */

const BLOCK = 5; // px a side
const BLOCKS = 40; // a side
const PROBES = 64; // points looked at in each reading

/**
 * Paints blocks of known gray levels and reads them: every byte must come back.
 * @param {CanvasRenderingContext2D} context of a canvas of 200 x 200 px at least; what is on it is painted over
 */
export function readsBack(context) {
  const side = BLOCK * BLOCKS;
  for (let i = 0; i < BLOCKS * BLOCKS; i++) {
    const level = levelOf(i);
    context.fillStyle = `rgb(${level}, ${level}, ${level})`;
    context.fillRect((i % BLOCKS) * BLOCK, Math.floor(i / BLOCKS) * BLOCK, BLOCK, BLOCK);
  }
  try {
    const { data } = context.getImageData(0, 0, side, side);
    for (let i = 0; i < data.length; i++) {
      const pixel = i >> 2;
      const [column, row] = [Math.floor((pixel % side) / BLOCK), Math.floor(pixel / side / BLOCK)];
      if (data[i] !== (i % 4 === 3 ? 255 : levelOf(row * BLOCKS + column))) return false;
    }
    return data.length === 4 * side * side;
  } catch {
    return false; // some browsers throw instead
  }
}

/** @param {number} block */
function levelOf(block) {
  return (block * 37) % 256;
}

/**
 * Whether a reading has the ink of these strokes: black on their points, white in the corners around them. Protection may
 * begin after the page has started, when the visitor changes a setting.
 * @param {readonly Stroke[]} strokes
 * @param {Patch} patch as large as the strokes' `inkBox`
 */
export function hasInkOf(strokes, { left, top, width, height, gray }) {
  const points = strokes.flat();
  const step = Math.max(1, Math.floor(points.length / PROBES));
  for (let i = 0; i < points.length; i += step) {
    const [x, y] = [Math.floor(points[i][0]), Math.floor(points[i][1])];
    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE) continue;
    if (gray[(y - top) * width + x - left] !== 0) return false;
  }
  const columns = [...(left > 0 ? [0] : []), ...(left + width < SIDE ? [width - 1] : [])];
  const rows = [...(top > 0 ? [0] : []), ...(top + height < SIDE ? [height - 1] : [])];
  return rows.every((row) => columns.every((column) => gray[row * width + column] === 255));
}
