/** Points, strokes and lengths in px of the 500 x 500 canvas. Pure functions; draws nothing. */

/** @typedef {readonly [x: number, y: number, t_ms: number]} Point */
/** @typedef {readonly Point[]} Stroke */
/** @typedef {{readonly left: number, readonly top: number, readonly right: number, readonly bottom: number}} Box */

export const SIDE = 500; // px of the sheet, whatever its size on the screen
export const PEN_WIDTH = 16; // px of the sheet
const FURTHEST = SIDE; // px beyond an edge; a contribution's points may lie one sheet outside of it

/**
 * A place on the screen as one on the sheet, to a hundredth of a px; finer is noise, and longer in JSON.
 * @param {number} clientX
 * @param {number} clientY
 * @param {{readonly left: number, readonly top: number, readonly width: number, readonly height: number}} rect of the sheet
 * @returns {readonly [number, number]}
 */
export function toSheet(clientX, clientY, rect) {
  return [
    hundredths(keepNear(((clientX - rect.left) * SIDE) / rect.width)),
    hundredths(keepNear(((clientY - rect.top) * SIDE) / rect.height)),
  ];
}

/**
 * Points with times from the drawing's start.
 * @param {readonly Stroke[]} strokes
 */
export function encodeTimes(strokes) {
  const start = strokes[0]?.[0]?.[2] ?? 0;
  return strokes.map((stroke) => stroke.map(([x, y, t]) => [x, y, hundredths(t - start)]));
}

/** @param {number} value */
export function hundredths(value) {
  return Math.round(value * 100) / 100;
}

/** @param {number} value */
function keepNear(value) {
  return Math.min(Math.max(value, -FURTHEST), SIDE + FURTHEST);
}

/**
 * @param {Point} a
 * @param {Point} b
 */
export function distance(a, b) {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  return Math.sqrt(dx * dx + dy * dy);
}

/** @param {Stroke} stroke */
export function strokeLength(stroke) {
  let length = 0;
  for (let i = 1; i < stroke.length; i++) length += distance(stroke[i - 1], stroke[i]);
  return length;
}

/** @param {readonly Stroke[]} strokes */
export function inkLength(strokes) {
  return strokes.reduce((length, stroke) => length + strokeLength(stroke), 0);
}

/**
 * The strokes when `fraction` (above 0, to 1) of their length was drawn; the last point is interpolated.
 * @param {readonly Stroke[]} strokes
 * @param {number} fraction
 * @returns {readonly Stroke[]}
 */
export function cutAtInk(strokes, fraction) {
  if (fraction >= 1) return strokes;
  let left = fraction * inkLength(strokes);
  /** @type {Stroke[]} */
  const kept = [];
  for (const stroke of strokes) {
    const length = strokeLength(stroke);
    if (length > left) return [...kept, head(stroke, left)];
    kept.push(stroke);
    left -= length;
  }
  return kept;
}

/**
 * @param {Stroke} stroke
 * @param {number} length
 * @returns {Stroke}
 */
function head(stroke, length) {
  const points = [stroke[0]];
  for (let i = 1; i < stroke.length; i++) {
    const [a, b] = [stroke[i - 1], stroke[i]];
    const step = distance(a, b);
    if (step > length) return [...points, between(a, b, length / step)];
    points.push(b);
    length -= step;
  }
  return points;
}

/**
 * @param {Point} a
 * @param {Point} b
 * @param {number} f
 * @returns {Point}
 */
function between(a, b, f) {
  return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f, a[2] + (b[2] - a[2]) * f];
}

/**
 * Whole px that hold all ink, antialiased rim and all, within the sheet; null where no ink is on the sheet.
 * @param {readonly Stroke[]} strokes
 * @returns {Box | null}
 */
export function inkBox(strokes) {
  let [left, top, right, bottom] = [SIDE, SIDE, 0, 0];
  const reach = PEN_WIDTH / 2 + 2;
  for (const stroke of strokes) {
    for (const [x, y] of stroke) {
      left = Math.min(left, x - reach);
      top = Math.min(top, y - reach);
      right = Math.max(right, x + reach);
      bottom = Math.max(bottom, y + reach);
    }
  }
  const box = {
    left: Math.max(0, Math.floor(left)),
    top: Math.max(0, Math.floor(top)),
    right: Math.min(SIDE, Math.ceil(right)),
    bottom: Math.min(SIDE, Math.ceil(bottom)),
  };
  return box.left < box.right && box.top < box.bottom ? box : null;
}
