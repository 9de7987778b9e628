/**
 * The snapshot contract `ink20/2`: the ink of a canvas, at any size, as 20 x 20 bytes. Whole numbers alone; no canvas
 * element in here. The same steps stand in `collector/ink/ink20_2.py`; `docs/snapshot.md` has them in words.
 */

import { CELLS, GRID, PLACE_BYTES, inkCorners, tableOf } from './snapshot.js';

/** @typedef {import('./snapshot.js').Canvas} Canvas */
/** @typedef {import('./snapshot.js').Corners} Corners */

const PLACE_SIDE = 500; // the longer side of the canvas in the place, whatever its size in px
const PARTS = 2000; // of a pixel's side, in which cells are measured
const BOX_PARTS = PARTS / 16; // of a cell, for each px of the box's longer side: the box fills 16 cells
const LEAST_PARTS = (2 * PARTS) / PLACE_SIDE; // of a cell, for each px of the canvas's longer side: a dot stays a dot

/**
 * The payload of an `ink20/2` frame, 412 bytes: width, height, box as u16 on a canvas whose longer side is 500, then the
 * cells.
 * @param {Canvas} canvas
 */
export function toInk20Second(canvas) {
  const payload = new Uint8Array(PLACE_BYTES + CELLS);
  const place = new DataView(payload.buffer);
  const side = Math.max(canvas.width, canvas.height);
  place.setUint16(0, scaledUp(canvas.width, side), true);
  place.setUint16(2, scaledUp(canvas.height, side), true);
  const table = contrastTable(canvas);
  const box = table && inkCorners(canvas, table);
  if (!table || !box) return payload;
  const [x0, y0, x1, y1] = box;
  const scaled = [scaledDown(x0, side), scaledDown(y0, side), scaledUp(x1, side), scaledUp(y1, side)];
  scaled.forEach((edge, i) => place.setUint16(4 + 2 * i, edge, true));
  payload.set(cellsAround(canvas, table, box), PLACE_BYTES);
  return payload;
}

/**
 * @param {number} px
 * @param {number} side px, the canvas's longer side
 */
function scaledUp(px, side) {
  return Math.ceil((px * PLACE_SIDE) / side);
}

/**
 * @param {number} px
 * @param {number} side px, the canvas's longer side
 */
function scaledDown(px, side) {
  return Math.floor((px * PLACE_SIDE) / side);
}

/**
 * How much ink each gray level is, 0 to 255; null for a canvas without ink. Paper is the lower median of all pixels; ink
 * lies on the side of it that differs more in total.
 * @param {Canvas} canvas
 * @returns {Uint8Array | null}
 */
function contrastTable(canvas) {
  const { paper, darkInk } = paperOf(canvas);
  return tableOf(canvas, paper, darkInk);
}

/** @param {Canvas} canvas */
function paperOf({ width, height, patch, outside }) {
  const { gray } = patch;
  const size = width * height;
  const around = size - gray.length;
  // Counting the levels costs as much as all the rest; on the page's white canvas most pixels lie outside of the patch.
  if (outside === 255 && 2 * around > size) return { paper: outside, darkInk: true };
  const counts = new Uint32Array(256);
  for (let i = 0; i < gray.length; i++) counts[gray[i]]++;
  counts[outside] += around;
  const rank = Math.floor((size + 1) / 2);
  let paper = 0;
  for (let seen = counts[0]; seen < rank; seen += counts[paper]) paper++;
  let total = 0; // what is darker less what is lighter
  for (let level = 0; level < 256; level++) total += counts[level] * (paper - level);
  return { paper, darkInk: total >= 0 };
}

/**
 * The mean ink in each of the 20 x 20 cells about the box, rounded half up.
 * @param {Canvas} canvas
 * @param {Uint8Array} table
 * @param {Corners} box
 */
function cellsAround({ width, height, patch }, table, [x0, y0, x1, y1]) {
  const cell = Math.max(BOX_PARTS * Math.max(x1 - x0, y1 - y0), LEAST_PARTS * Math.max(width, height));
  const across = edges(x0 + x1 - 2 * patch.left, cell, patch.width);
  const down = edges(y0 + y1 - 2 * patch.top, cell, patch.height);
  // Of doubles: a full cell comes to 255 times the square of its side in parts, far below 2^53.
  const sums = new Float64Array(CELLS);
  const row = new Float64Array(GRID);
  const first = Math.floor(down[0] / PARTS);
  const end = Math.ceil(down[GRID] / PARTS);
  for (let y = first, cellRow = 0; y < end; y++) {
    sumRow(row, patch.gray, table, y * patch.width, across);
    while (down[cellRow + 1] <= y * PARTS) cellRow++;
    for (let k = cellRow; k < GRID && down[k] < (y + 1) * PARTS; k++) {
      const share = Math.min(down[k + 1], (y + 1) * PARTS) - Math.max(down[k], y * PARTS);
      for (let x = 0; x < GRID; x++) sums[k * GRID + x] += share * row[x];
    }
  }
  const area = cell * cell;
  return Uint8Array.from(sums, (sum) => Math.floor((2 * sum + area) / (2 * area)));
}

/**
 * Where the cells begin and end on one axis, in parts from the patch's corner, kept within the patch.
 * @param {number} twiceMiddle px
 * @param {number} cell parts
 * @param {number} size px of the patch
 */
function edges(twiceMiddle, cell, size) {
  const kept = new Float64Array(GRID + 1);
  for (let k = 0; k <= GRID; k++) {
    const edge = (twiceMiddle * PARTS) / 2 + (k - GRID / 2) * cell;
    kept[k] = Math.min(Math.max(edge, 0), size * PARTS);
  }
  return kept;
}

/**
 * The ink of one row of pixels in each column of cells, each pixel times its parts in the cell.
 * @param {Float64Array} row is overwritten
 * @param {Uint8Array} gray
 * @param {Uint8Array} table
 * @param {number} start of the row in `gray`
 * @param {Float64Array} across
 */
function sumRow(row, gray, table, start, across) {
  for (let k = 0; k < GRID; k++) {
    const [from, to] = [across[k], across[k + 1]];
    const [first, last] = [Math.floor(from / PARTS), Math.floor(to / PARTS)];
    if (from === to) {
      row[k] = 0;
    } else if (first === last) {
      row[k] = (to - from) * table[gray[start + first]];
    } else {
      let whole = 0;
      for (let x = first + 1; x < last; x++) whole += table[gray[start + x]];
      const rest = to - last * PARTS; // 0 at the patch's end, where there is no pixel
      const begun = ((first + 1) * PARTS - from) * table[gray[start + first]];
      row[k] = begun + whole * PARTS + (rest > 0 ? rest * table[gray[start + last]] : 0);
    }
  }
}
