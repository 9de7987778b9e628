/** Checks strokes that an embedding page loads. Pure functions. */

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */

/**
 * A copy of the strokes, in which every point has a time.
 * @param {readonly (readonly (readonly number[])[])[]} given
 * @returns {readonly Stroke[]}
 * @throws {TypeError} says what came and what was expected
 */
export function checkedStrokes(given) {
  if (!Array.isArray(given)) throw new TypeError(`strokes are ${typeof given}, expected an array`);
  return given.map((stroke) => {
    if (!Array.isArray(stroke) || stroke.length === 0) throw new TypeError('a stroke without points, expected an array of points');
    return stroke.map((point) => {
      const [x, y, ms = 0] = Array.isArray(point) ? point : [];
      if (![x, y, ms].every(Number.isFinite)) throw new TypeError(`a point is ${JSON.stringify(point)}, expected [x, y] or [x, y, ms]`);
      return /** @type {const} */ ([x, y, ms]);
    });
  });
}
