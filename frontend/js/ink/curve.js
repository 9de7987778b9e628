/**
 * A stroke as the visitor sees it: a Catmull-Rom curve through its points, a little thinner where the pen was quick. Pure
 * geometry, for the eye alone: the models get straight lines of one width, as `docs/snapshot.md` has them.
 */

import { PEN_WIDTH, distance } from './geometry.js';

/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */
/** @typedef {readonly [x: number, y: number, radius: number, nx: number, ny: number]} Disc px of the sheet; `n`: a unit vector across the
 *   curve, to its left on a sheet whose y goes up */

const HALF = PEN_WIDTH / 2;
const [SLOW, QUICK] = [1.08, 0.86]; // of the pen's width, at rest and at high speed
const MIDDLE_SPEED = 1.2; // px of the sheet a ms, halfway between the two widths
const SMOOTHED = 60; // px of ink over which the speed is averaged: a width that follows single events trembles
const STEP = 5; // px between the discs of a curve
const MOST_STEPS = 24; // of one segment
export const LEAST = 1e-6; // px: points that are the same have no direction
const ASIDE = 1e-3; // of a segment: where its end has no direction, one is taken this far inside

/**
 * The pen's radius at each point. Depends on the points before it alone: ink that is drawn does not change.
 * @param {Stroke} stroke
 * @returns {readonly number[]} px of the sheet
 */
export function radiiOf(stroke) {
  if (stroke.length === 1) return [HALF];
  const radii = [];
  let speed = speedOf(stroke[0], stroke[1]) ?? MIDDLE_SPEED;
  for (const [i, point] of stroke.entries()) {
    if (i > 0) {
      const way = distance(stroke[i - 1], point);
      speed += (1 - Math.exp(-way / SMOOTHED)) * ((speedOf(stroke[i - 1], point) ?? speed) - speed);
    }
    radii.push(HALF * (SLOW - ((SLOW - QUICK) * speed) / (speed + MIDDLE_SPEED)));
  }
  return radii;
}

/**
 * px a ms; null for points of the same time.
 * @param {Point} a
 * @param {Point} b
 */
function speedOf(a, b) {
  const ms = b[2] - a[2];
  return ms > 0 ? distance(a, b) / ms : null;
}

/**
 * The curve from one point of a stroke to the next, both included. Neighbouring segments agree in the direction at their joint.
 * @param {Stroke} stroke
 * @param {readonly number[]} radii
 * @param {number} i of the point that it begins at
 * @returns {readonly Disc[]}
 */
export function discsOf(stroke, radii, i) {
  const [from, to] = [stroke[i], stroke[i + 1]];
  const steps = Math.min(Math.max(Math.ceil(distance(from, to) / STEP), 1), MOST_STEPS);
  const [first, second] = handles(stroke[i - 1] ?? from, from, to, stroke[i + 2] ?? to);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const f = step / steps;
    const radius = radii[i] + (radii[i + 1] - radii[i]) * f;
    const [nx, ny] = across(from, first, second, to, f) ?? across(from, first, second, to, Math.min(Math.max(f, ASIDE), 1 - ASIDE)) ?? [0, -1];
    return /** @type {const} */ ([bezier(from[0], first[0], second[0], to[0], f), bezier(from[1], first[1], second[1], to[1], f), radius, nx, ny]);
  });
}

/**
 * The unit vector across a Bézier curve; null where it has no direction.
 * @param {readonly number[]} from
 * @param {readonly number[]} first
 * @param {readonly number[]} second
 * @param {readonly number[]} to
 * @param {number} f
 */
function across(from, first, second, to, f) {
  const g = 1 - f;
  const [dx, dy] = [0, 1].map((k) => g * g * (first[k] - from[k]) + 2 * g * f * (second[k] - first[k]) + f * f * (to[k] - second[k]));
  const length = Math.hypot(dx, dy);
  return length < LEAST ? null : [dy / length, -dx / length];
}

/**
 * The Bézier handles of a centripetal Catmull-Rom curve, which neither overshoots nor loops at a corner (Yuksel, Schaefer and
 * Keyser, "Parameterization and applications of Catmull-Rom curves", 2011).
 * @param {Point} before
 * @param {Point} from
 * @param {Point} to
 * @param {Point} after
 */
function handles(before, from, to, after) {
  const [a, b, c] = [distance(before, from), distance(from, to), distance(to, after)].map(Math.sqrt);
  return [handle(before, from, to, a, b), handle(after, to, from, c, b)];
}

/**
 * @param {Point} behind
 * @param {Point} at
 * @param {Point} next
 * @param {number} a root of the way from `behind`
 * @param {number} b root of the way to `next`
 */
function handle(behind, at, next, a, b) {
  if (a < LEAST || b < LEAST) return [at[0], at[1]];
  const weight = 3 * a * (a + b);
  return [0, 1].map((k) => (a * a * next[k] - b * b * behind[k] + (2 * a * a + 3 * a * b + b * b) * at[k]) / weight);
}

/**
 * @param {number} a
 * @param {number} b
 * @param {number} c
 * @param {number} d
 * @param {number} f
 */
function bezier(a, b, c, d, f) {
  const g = 1 - f;
  return g * g * g * a + 3 * g * g * f * b + 3 * g * f * f * c + f * f * f * d;
}
