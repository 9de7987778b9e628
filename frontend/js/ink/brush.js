/** Paints strokes for the eye: each as one shape, so that a faint one has no darker places where its parts overlap. */

import { discsOf, radiiOf } from './curve.js';

/** @typedef {import('./curve.js').Disc} Disc */
/** @typedef {import('./geometry.js').Point} Point */
/** @typedef {import('./geometry.js').Stroke} Stroke */

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
    for (let i = until - 1; i + 1 < whole.length; i++) addSegment(tail, whole, radii, i);
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
      this.#shapes.set(stroke, shape);
    }
    return shape;
  }
}

/**
 * @param {Stroke} stroke
 * @param {readonly number[]} radii
 */
function begun([[x, y]], [radius]) {
  const shape = new Path2D();
  addDisc(shape, [x, y, radius]);
  return shape;
}

/**
 * @param {Path2D} shape
 * @param {Stroke} stroke
 * @param {readonly number[]} radii
 * @param {number} i of the point that the segment begins at
 */
function addSegment(shape, stroke, radii, i) {
  /** @type {Disc} */
  let before = [stroke[i][0], stroke[i][1], radii[i]];
  for (const disc of discsOf(stroke, radii, i)) {
    addLink(shape, before, disc);
    addDisc(shape, disc);
    before = disc;
  }
}

/**
 * @param {Path2D} shape
 * @param {Disc} disc
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
function addLink(shape, [ax, ay, ar], [bx, by, br]) {
  const length = Math.hypot(bx - ax, by - ay);
  if (length === 0) return;
  const [nx, ny] = [(by - ay) / length, (ax - bx) / length];
  shape.moveTo(ax + nx * ar, ay + ny * ar);
  shape.lineTo(bx + nx * br, by + ny * br);
  shape.lineTo(bx - nx * br, by - ny * br);
  shape.lineTo(ax - nx * ar, ay - ny * ar);
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
