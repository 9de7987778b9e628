/** Paints strokes for the eye: each as one shape, so that a faint one has no darker places where its parts overlap. */

import { LEAST, discsOf, radiiOf } from './curve.js';
import { distance } from './geometry.js';

/** @typedef {import('./curve.js').Disc} Disc */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */

const SMOOTH = 0.8; // cosine: a sharper bend between two discs is a corner
const FURTHEST_AHEAD = 24; // px of the sheet: a prediction further away is often wrong

export class Brush {
  /** @type {WeakMap<Stroke, Path2D>} */ #shapes = new WeakMap();
  /** The last stroke while it grows: only what the next point does not bend any more. */
  #settled = { stroke: /** @type {Stroke} */ ([]), points: 0, shape: new Path2D() };

  /**
   * @param {CanvasRenderingContext2D} context whose scale and colour are the caller's
   * @param {readonly Stroke[]} strokes replaced, never changed: the shape of a stroke is made once
   */
  paint(context, strokes) {
    for (const stroke of strokes) context.fill(this.#shapeOf(stroke));
  }

  /**
   * Paints a stroke that is being drawn.
   * @param {CanvasRenderingContext2D} context
   * @param {Stroke} stroke
   * @param {readonly Point[]} ahead where the pen is expected next
   */
  paintGrowing(context, stroke, ahead) {
    const whole = [...stroke, ...near(stroke[stroke.length - 1], ahead)];
    const radii = radiiOf(whole);
    if (!this.#continues(stroke)) this.#settled = { stroke, points: 1, shape: begun(stroke, radii) };
    const settled = this.#settled;
    const until = Math.max(stroke.length - 1, 1);
    // The first two radii rest on the first two points alone: nothing is settled before the third.
    for (let i = settled.points - 1; i + 1 < until; i++) addSegment(settled.shape, whole, radii, i);
    this.#settled = { ...settled, stroke, points: until };
    context.fill(settled.shape);
    const tail = new Path2D();
    // Two shapes that only touch would leave a light line between them.
    addDisc(tail, [...stroke[until - 1].slice(0, 2), radii[until - 1]]);
    for (let i = until - 1; i + 1 < whole.length; i++) addSegment(tail, whole, radii, i);
    if (whole.length > 1) addCap(tail, whole, radii, -1);
    context.fill(tail);
  }

  /** @param {Stroke} stroke */
  #continues(stroke) {
    const { stroke: before, points } = this.#settled;
    return points > 1 && before.length <= stroke.length && before[0] === stroke[0] && before[points - 1] === stroke[points - 1];
  }

  /** @param {Stroke} stroke */
  #shapeOf(stroke) {
    let shape = this.#shapes.get(stroke);
    if (!shape) {
      const radii = radiiOf(stroke);
      shape = begun(stroke, radii);
      for (let i = 0; i + 1 < stroke.length; i++) addSegment(shape, stroke, radii, i);
      if (stroke.length > 1) addCap(shape, stroke, radii, -1);
      this.#shapes.set(stroke, shape);
    }
    return shape;
  }
}

/**
 * The shape's beginning: a round cap.
 * @param {Stroke} stroke
 * @param {readonly number[]} radii
 */
function begun(stroke, radii) {
  const shape = new Path2D();
  addCap(shape, stroke, radii, 0);
  return shape;
}

/**
 * @param {Path2D} shape
 * @param {Stroke} stroke
 * @param {readonly number[]} radii
 * @param {0 | -1} end which of its ends
 */
function addCap(shape, stroke, radii, end) {
  const last = stroke.length - 1;
  const [at, beside] = end === 0 ? [0, 1] : [last, last - 1];
  const [x, y] = stroke[at];
  if (last === 0 || distance(stroke[at], stroke[beside]) < LEAST) return addDisc(shape, [x, y, radii[at]]);
  const [, , radius, nx, ny] = /** @type {Disc} */ (discsOf(stroke, radii, Math.min(at, beside)).at(end));
  const angle = end === 0 ? Math.atan2(-ny, -nx) : Math.atan2(ny, nx);
  shape.moveTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  shape.arc(x, y, radius, angle, angle + Math.PI);
  shape.closePath();
}

/**
 * Neighbouring parts share the edge at their joint, and no disc touches their sides from within: where outlines touch, their
 * antialiased edges add up, which shows as a tick at a high zoom.
 * @param {Path2D} shape
 * @param {Stroke} stroke
 * @param {readonly number[]} radii
 * @param {number} i of the point that the segment begins at
 */
function addSegment(shape, stroke, radii, i) {
  const discs = discsOf(stroke, radii, i);
  // Points at the same place have no common direction.
  const isBroken = i > 0 && Math.min(distance(stroke[i - 1], stroke[i]), distance(stroke[i], stroke[i + 1])) < LEAST;
  if (isBroken) addDisc(shape, discs[0]);
  for (let k = 0; k + 1 < discs.length; k++) addLink(shape, discs[k], discs[k + 1]);
}

/**
 * @param {Path2D} shape
 * @param {readonly number[]} disc
 */
function addDisc(shape, [x, y, radius]) {
  shape.moveTo(x + radius, y);
  shape.arc(x, y, radius, 0, 2 * Math.PI);
}

/**
 * What lies between two discs, in the direction in which discs are drawn: overlaps would be holes otherwise.
 * @param {Path2D} shape
 * @param {Disc} a
 * @param {Disc} b
 */
function addLink(shape, a, b) {
  const [ax, ay, ar, anx, any] = a;
  const [bx, by, br, bnx, bny] = b;
  const [dx, dy] = [bx - ax, by - ay];
  const length = Math.hypot(dx, dy);
  if (length === 0) return;
  const inner = Math.min(
    (dx + bnx * br - anx * ar) * dx + (dy + bny * br - any * ar) * dy,
    (dx - bnx * br + anx * ar) * dx + (dy - bny * br + any * ar) * dy,
  );
  if (anx * bnx + any * bny > SMOOTH && inner > 0) {
    return addQuad(shape, [ax + anx * ar, ay + any * ar], [bx + bnx * br, by + bny * br], [bx - bnx * br, by - bny * br], [ax - anx * ar, ay - any * ar]);
  }
  // A corner: its outer side is round.
  const [nx, ny] = [dy / length, -dx / length];
  addQuad(shape, [ax + nx * ar, ay + ny * ar], [bx + nx * br, by + ny * br], [bx - nx * br, by - ny * br], [ax - nx * ar, ay - ny * ar]);
  addDisc(shape, a);
  addDisc(shape, b);
}

/**
 * @param {Path2D} shape
 * @param {readonly [number, number]} first
 * @param {...(readonly [number, number])} others
 */
function addQuad(shape, first, ...others) {
  shape.moveTo(...first);
  for (const corner of others) shape.lineTo(...corner);
  shape.closePath();
}

/**
 * The expected points that are not too far away.
 * @param {Point} last
 * @param {readonly Point[]} ahead
 */
function near(last, ahead) {
  const far = ahead.findIndex(([x, y]) => Math.hypot(x - last[0], y - last[1]) > FURTHEST_AHEAD);
  return far < 0 ? ahead : ahead.slice(0, far);
}
