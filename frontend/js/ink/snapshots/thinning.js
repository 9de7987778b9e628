/** Reduces the number of a drawing's points without changing its shape noticeably. Pure functions. */

/** @typedef {readonly number[]} AnyPoint x, y and time */
/** @typedef {readonly AnyPoint[]} AnyStroke */

const FIRST_TOLERANCE = 0.05; // px: far below what a picture shows
const LAST_TOLERANCE = 4096; // px: beyond the furthest points; the ends of strokes are left then

/**
 * Strokes with at most `most` points in all: the least tolerance that reaches it, doubled from 0.05 px (Douglas-Peucker).
 * Ends of strokes stay. The same array where nothing has to go or can go.
 * @template {AnyStroke} S
 * @param {readonly S[]} strokes
 * @param {number} most
 * @returns {readonly S[]}
 */
export function thinStrokes(strokes, most) {
  if (count(strokes) <= most) return strokes;
  let thinned = strokes;
  for (let tolerance = FIRST_TOLERANCE; tolerance <= LAST_TOLERANCE && count(thinned) > most; tolerance *= 2) {
    thinned = strokes.map((stroke) => /** @type {S} */ (/** @type {unknown} */ (simplified(stroke, tolerance))));
  }
  return count(thinned) < count(strokes) ? thinned : strokes;
}

/** @param {readonly AnyStroke[]} strokes */
function count(strokes) {
  return strokes.reduce((sum, stroke) => sum + stroke.length, 0);
}

/**
 * @param {AnyStroke} stroke
 * @param {number} tolerance px
 * @returns {AnyStroke}
 */
function simplified(stroke, tolerance) {
  if (stroke.length <= 2) return stroke;
  const kept = new Uint8Array(stroke.length);
  kept[0] = kept[stroke.length - 1] = 1;
  const ranges = [[0, stroke.length - 1]]; // a stack: recursion would be too deep for a long scribble
  for (let range = ranges.pop(); range; range = ranges.pop()) {
    const [from, to] = range;
    let [furthest, at] = [tolerance, -1];
    for (let i = from + 1; i < to; i++) {
      const away = distanceToSegment(stroke[i], stroke[from], stroke[to]);
      if (away > furthest) [furthest, at] = [away, i];
    }
    if (at < 0) continue;
    kept[at] = 1;
    ranges.push([from, at], [at, to]);
  }
  return stroke.filter((_, i) => kept[i]);
}

/**
 * @param {AnyPoint} p
 * @param {AnyPoint} a
 * @param {AnyPoint} b
 */
function distanceToSegment(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const squared = dx * dx + dy * dy;
  const f = squared === 0 ? 0 : Math.min(Math.max(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / squared, 0), 1);
  const [x, y] = [p[0] - a[0] - f * dx, p[1] - a[1] - f * dy];
  return Math.sqrt(x * x + y * y);
}
