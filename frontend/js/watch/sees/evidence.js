/** Finds which ink speaks for a digit: each piece is left out in turn, and the digit's probability is compared. Pure functions. */

import { distance, inkLength } from '../../ink/geometry.js';

/** @typedef {import('../../ink/geometry.js').Point} Point */
/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */

export const PIECES = 14; // of equal ink: fine enough to tell a hook from a bar, few enough for one request

/**
 * The ink between two places of a drawing.
 * @param {readonly Stroke[]} strokes
 * @param {number} from px of ink
 * @param {number} to
 * @returns {readonly Stroke[]}
 */
export function inkBetween(strokes, from, to) {
  /** @type {Stroke[]} */
  const parts = [];
  let at = 0;
  for (const stroke of strokes) {
    /** @type {Point[]} */
    let part = [];
    for (let i = 1; i < stroke.length; i++) {
      const [a, b] = [stroke[i - 1], stroke[i]];
      const step = distance(a, b);
      const [begin, end] = [Math.max(from - at, 0), Math.min(to - at, step)];
      if (step > 0 && begin < end) {
        if (part.length === 0) part.push(along(a, b, begin / step));
        part.push(along(a, b, end / step));
      }
      at += step;
    }
    if (part.length > 0) parts.push(part);
    part = [];
  }
  return parts;
}

/**
 * @param {readonly Stroke[]} strokes
 * @returns {readonly {readonly piece: readonly Stroke[], readonly rest: readonly Stroke[]}[]} each piece, and the drawing without it
 */
export function piecesOf(strokes) {
  const whole = inkLength(strokes);
  return Array.from({ length: PIECES }, (_, i) => {
    const [from, to] = [(whole * i) / PIECES, (whole * (i + 1)) / PIECES];
    return {
      piece: inkBetween(strokes, from, to),
      rest: [...inkBetween(strokes, 0, from), ...inkBetween(strokes, to, whole)],
    };
  });
}

/**
 * How much each piece speaks for the digit, 0 to 1 of what the strongest does; what speaks against it is 0.
 * @param {number} whole the digit's probability with all ink
 * @param {readonly number[]} without its probability without each piece
 */
export function strengths(whole, without) {
  const drops = without.map((probability) => Math.max(whole - probability, 0));
  const most = Math.max(...drops);
  return drops.map((drop) => (most > 0 ? drop / most : 0));
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {number} f
 * @returns {Point}
 */
function along(a, b, f) {
  return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f, a[2] + (b[2] - a[2]) * f];
}
