/**
 * The snapshot contracts `ink20/1` and `canvas20/1`: a canvas becomes 20 x 20 bytes. Whole numbers alone; no canvas
 * element in here. The same steps stand in `collector/ink/snapshot.py`; `docs/snapshot.md` has them in words. `ink20_2.js`
 * has the contract that succeeds `ink20/1`.
 */

/**
 * A grayscale canvas of which only a patch is at hand; every pixel outside of the patch has the level `outside`.
 * @typedef {object} Canvas
 * @property {number} width px of the whole canvas
 * @property {number} height
 * @property {Patch} patch
 * @property {number} outside
 */
/**
 * @typedef {object} Patch
 * @property {number} left px from the canvas's corner
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} gray row by row, 0 is black
 */
/** @typedef {readonly [x0: number, y0: number, x1: number, y1: number]} Corners */

export const GRID = 20; // cells a side
export const CELLS = GRID * GRID;
const INK_LEVEL = 64; // of 255: weaker ink is grain or the rim of antialiasing, and does not stretch the box
export const MIN_CONTRAST = 32; // of 255; below it a canvas counts as blank
const MIN_BLOCK = 2; // px a cell: a dot is not blown up until it fills the grid
export const PLACE_BYTES = 12;

/**
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} gray
 * @returns {Canvas}
 */
export function wholeCanvas(width, height, gray) {
  if (gray.length !== width * height) throw new RangeError(`${gray.length} pixels, expected ${width}x${height}`);
  return { width, height, patch: { left: 0, top: 0, width, height, gray }, outside: 0 };
}

/**
 * Gray levels as Pillow's "L".
 * @param {Uint8ClampedArray | Uint8Array} rgba opaque
 */
export function grayOf(rgba) {
  const gray = new Uint8Array(rgba.length / 4);
  for (let i = 0, j = 0; i < gray.length; i++, j += 4) {
    gray[i] = (rgba[j] * 19595 + rgba[j + 1] * 38470 + rgba[j + 2] * 7471 + 0x8000) >> 16;
  }
  return gray;
}

/**
 * The payload of an `ink20` frame, 412 bytes: width, height, box as u16, then the cells.
 * @param {Canvas} canvas
 */
export function toInk20(canvas) {
  const payload = new Uint8Array(PLACE_BYTES + CELLS);
  const place = new DataView(payload.buffer);
  place.setUint16(0, canvas.width, true);
  place.setUint16(2, canvas.height, true);
  const table = inkTable(canvas);
  const box = table && inkCorners(canvas, table);
  if (!table || !box) return payload;
  box.forEach((edge, i) => place.setUint16(4 + 2 * i, edge, true));
  const [x0, y0, x1, y1] = box;
  const longer = Math.max(x1 - x0, y1 - y0);
  const block = Math.max(MIN_BLOCK, (longer + 15) >> 4); // 1.25 x the longer side, up to a multiple of 20, over 20
  const side = GRID * block;
  // >> rounds down for negative sums too, as Python's // does.
  const cells = blockMeans(canvas, table, (x0 + x1 - side) >> 1, (y0 + y1 - side) >> 1, block);
  payload.set(cells, PLACE_BYTES);
  return payload;
}

/**
 * The payload of a `canvas20` frame, 400 bytes: the whole canvas from its top left corner.
 * @param {Canvas} canvas
 */
export function toCanvas20(canvas) {
  const table = inkTable(canvas);
  const block = Math.ceil(Math.max(canvas.width, canvas.height) / GRID);
  return table ? blockMeans(canvas, table, 0, 0, block) : new Uint8Array(CELLS);
}

/**
 * How much ink each gray level is, 0 to 255; null for a blank canvas.
 * @param {Canvas} canvas
 * @returns {Uint8Array | null}
 */
function inkTable(canvas) {
  const paper = paperLevel(canvas);
  return tableOf(canvas, paper, paper >= 128);
}

/**
 * Ink by gray level, from 0 (paper) to 255 (the strongest ink on the canvas); null where nothing stands out.
 * @param {Canvas} canvas
 * @param {number} paper
 * @param {boolean} darkInk
 */
export function tableOf(canvas, paper, darkInk) {
  const [darkest, lightest] = extremes(canvas);
  const strongest = darkInk ? paper - darkest : lightest - paper;
  if (strongest < MIN_CONTRAST) return null;
  const half = strongest >> 1;
  const table = new Uint8Array(256);
  for (let level = 0; level < 256; level++) {
    const ink = Math.min(Math.max(darkInk ? paper - level : level - paper, 0), strongest);
    table[level] = Math.floor((ink * 255 + half) / strongest);
  }
  return table;
}

/**
 * The lower median of the border's levels. The border is the top row, the bottom row and what is between them at the left
 * and at the right: on a canvas of one pixel's width or height a pixel counts twice.
 * @param {Canvas} canvas
 */
function paperLevel({ width, height, patch, outside }) {
  const counts = new Uint32Array(256);
  const border = 2 * width + 2 * Math.max(height - 2, 0);
  const { left, top } = patch;
  const [right, bottom] = [left + patch.width, top + patch.height];
  let inPatch = 0;
  /** @type {(x: number, y: number) => void} of the patch */
  const count = (x, y) => {
    counts[patch.gray[(y - top) * patch.width + x - left]]++;
    inPatch++;
  };
  for (const y of [0, height - 1]) {
    if (y >= top && y < bottom) for (let x = left; x < right; x++) count(x, y);
  }
  for (const x of [0, width - 1]) {
    if (x < left || x >= right) continue;
    for (let y = Math.max(top, 1); y < Math.min(bottom, height - 1); y++) count(x, y);
  }
  counts[outside] += border - inPatch;
  return medianLevel(counts, (border + 1) >> 1);
}

/**
 * @param {Uint32Array} counts
 * @param {number} rank from 1
 */
function medianLevel(counts, rank) {
  let level = 0;
  for (let seen = counts[0]; seen < rank; seen += counts[level]) level++;
  return level;
}

/**
 * @param {Canvas} canvas
 * @returns {readonly [darkest: number, lightest: number]}
 */
export function extremes({ width, height, patch, outside }) {
  const covered = patch.width === width && patch.height === height;
  let [darkest, lightest] = covered ? [255, 0] : [outside, outside];
  const { gray } = patch;
  // By index: an iterator costs several ms a snapshot.
  for (let i = 0; i < gray.length; i++) {
    if (gray[i] < darkest) darkest = gray[i];
    if (gray[i] > lightest) lightest = gray[i];
    // Nothing lies further out: black on white ends at its first black pixel.
    if (darkest === 0 && lightest === 255) break;
  }
  return [darkest, lightest];
}

/**
 * The smallest box that holds every pixel of enough ink, x1 and y1 exclusive. What lies outside of the patch is paper.
 * @param {Canvas} canvas
 * @param {Uint8Array} table
 * @returns {Corners | null}
 */
export function inkCorners({ patch }, table) {
  const { gray, width, height } = patch;
  let [x0, y0, x1, y1] = [width, height, 0, 0];
  for (let row = 0; row < height; row++) {
    const start = row * width;
    let first = 0;
    // Only what would widen the box is looked at; between its edges a row needs no more than one pixel of ink.
    while (first < x0 && table[gray[start + first]] < INK_LEVEL) first++;
    let last = width;
    while (last > x1 && table[gray[start + last - 1]] < INK_LEVEL) last--;
    if (first >= x0 && last <= x1 && !hasInk(gray, table, start + x0, start + x1)) continue;
    x0 = Math.min(x0, first);
    x1 = Math.max(x1, last);
    y0 = Math.min(y0, row);
    y1 = row + 1;
  }
  return x1 > x0 ? [patch.left + x0, patch.top + y0, patch.left + x1, patch.top + y1] : null;
}

/**
 * Whether any of these pixels has enough ink.
 * @param {Uint8Array} gray
 * @param {Uint8Array} table
 * @param {number} start
 * @param {number} end
 */
function hasInk(gray, table, start, end) {
  for (let i = start; i < end; i++) if (table[gray[i]] >= INK_LEVEL) return true;
  return false;
}

/**
 * The mean ink of 20 x 20 blocks of `block` x `block` px from (left, top) on, rounded half up.
 * @param {Canvas} canvas
 * @param {Uint8Array} table
 * @param {number} left
 * @param {number} top
 * @param {number} block
 */
function blockMeans({ patch }, table, left, top, block) {
  const sums = new Uint32Array(CELLS);
  const { gray, width } = patch;
  const end = (/** @type {number} */ cell, /** @type {number} */ start, /** @type {number} */ size) =>
    Math.min(Math.max(start + (cell + 1) * block, 0), size);
  const [startX, startY] = [left - patch.left, top - patch.top];
  for (let cellRow = 0, row = Math.max(startY, 0); cellRow < GRID; cellRow++) {
    for (; row < end(cellRow, startY, patch.height); row++) {
      let i = row * width + Math.max(startX, 0);
      for (let cell = 0; cell < GRID; cell++) {
        let sum = 0;
        for (const stop = row * width + end(cell, startX, width); i < stop; i++) sum += table[gray[i]];
        sums[cellRow * GRID + cell] += sum;
      }
    }
  }
  const area = block * block;
  return Uint8Array.from(sums, (sum) => Math.floor((2 * sum + area) / (2 * area)));
}
