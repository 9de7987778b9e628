/**
 * Draws strokes into gray levels without a canvas element, for browsers that falsify what is read from one. A pixel's ink
 * is its distance to the pen's path, antialiased over one px; a browser's own canvas differs by some levels at the edges.
 */

import { PEN_WIDTH, SIDE, inkBox } from '../geometry.js';

/** @typedef {import('../geometry.js').Box} Box */
/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('../geometry.js').Stroke} Stroke */
/** @typedef {import('./snapshot.js').Canvas} Canvas */

const WHITE = 255;

export class StrokeRaster {
  #finished = new Uint8Array(SIDE * SIDE).fill(WHITE); // the strokes before the last
  #ink = new Uint8Array(SIDE * SIDE); // of the last stroke, 255: all
  /** @type {readonly Stroke[]} */ #strokes = [];

  /** @param {readonly Stroke[]} strokes that are replaced, never changed: what is identical is not drawn again */
  draw(strokes) {
    const last = strokes.at(-1);
    const before = strokes.slice(0, -1);
    if (!grownFrom(this.#strokes, strokes)) {
      this.#finished.fill(WHITE);
      for (const stroke of before) {
        this.#ink.fill(0);
        stamp(this.#ink, stroke, 0);
        this.#finish(stroke);
      }
      this.#ink.fill(0);
      if (last) stamp(this.#ink, last, 0);
    } else if (last) {
      stamp(this.#ink, last, Math.max(0, (this.#strokes.at(-1)?.length ?? 0) - 1));
    }
    this.#strokes = strokes;
  }

  /**
   * The part with ink: the rest is white.
   * @param {readonly Stroke[]} strokes that were drawn last
   * @returns {Canvas}
   */
  read(strokes) {
    const box = inkBox(strokes) ?? { left: 0, top: 0, right: 1, bottom: 1 };
    const [width, height] = [box.right - box.left, box.bottom - box.top];
    const gray = new Uint8Array(width * height);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) gray[y * width + x] = this.#level((box.top + y) * SIDE + box.left + x);
    }
    return { width: SIDE, height: SIDE, patch: { left: box.left, top: box.top, width, height, gray }, outside: WHITE };
  }

  /** @param {number} i */
  #level(i) {
    return over(this.#finished[i], this.#ink[i]);
  }

  /** @param {Stroke} stroke */
  #finish(stroke) {
    const box = inkBox([stroke]);
    if (!box) return;
    for (let y = box.top; y < box.bottom; y++) {
      for (let i = y * SIDE + box.left; i < y * SIDE + box.right; i++) this.#finished[i] = this.#level(i);
    }
  }
}

/**
 * Black ink over a gray level.
 * @param {number} level
 * @param {number} ink 255: all
 */
function over(level, ink) {
  return Math.round((level * (255 - ink)) / 255);
}

/**
 * Whether only the last stroke differs, by points at its end.
 * @param {readonly Stroke[]} before
 * @param {readonly Stroke[]} after
 */
function grownFrom(before, after) {
  if (before.length === 0 || before.length !== after.length) return false;
  const [was, is] = [before[before.length - 1], after[after.length - 1]];
  if (before.some((stroke, i) => i < before.length - 1 && stroke !== after[i])) return false;
  return was.length <= is.length && was[0] === is[0] && was[was.length - 1] === is[was.length - 1];
}

/**
 * Adds the stroke's segments from one of its points on.
 * @param {Uint8Array} ink
 * @param {Stroke} stroke
 * @param {number} from
 */
function stamp(ink, stroke, from) {
  if (stroke.length === 1) segment(ink, stroke[0], stroke[0]);
  for (let i = from; i + 1 < stroke.length; i++) segment(ink, stroke[i], stroke[i + 1]);
}

/**
 * @param {Uint8Array} ink
 * @param {Point} a
 * @param {Point} b
 */
function segment(ink, [ax, ay], [bx, by]) {
  const radius = PEN_WIDTH / 2;
  const reach = radius + 1;
  const [left, right] = [Math.max(0, Math.floor(Math.min(ax, bx) - reach)), Math.min(SIDE, Math.ceil(Math.max(ax, bx) + reach))];
  const [top, bottom] = [Math.max(0, Math.floor(Math.min(ay, by) - reach)), Math.min(SIDE, Math.ceil(Math.max(ay, by) + reach))];
  const [dx, dy] = [bx - ax, by - ay];
  const squared = dx * dx + dy * dy;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const [px, py] = [x + 0.5 - ax, y + 0.5 - ay];
      const f = squared === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / squared, 0), 1);
      const [ox, oy] = [px - f * dx, py - f * dy];
      const distance = Math.sqrt(ox * ox + oy * oy);
      if (distance >= radius + 0.5) continue;
      const level = distance <= radius - 0.5 ? 255 : Math.round(255 * (radius + 0.5 - distance));
      const i = y * SIDE + x;
      if (level > ink[i]) ink[i] = level;
    }
  }
}
