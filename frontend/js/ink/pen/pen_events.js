/** Reads points and buttons from pointer events. Pure functions. */

import { SIDE, toSheet } from '../geometry.js';

/** @typedef {import('../geometry.js').Point} Point a pen's points carry the event's own time, ms */
/** @typedef {Pick<DOMRect, 'left' | 'top' | 'width' | 'height'>} Rect of the surface, CSS px */

const TIP = 1; // in `buttons`: the left button, a finger, or the tip of a pen
const ERASER = 32; // in `buttons`: the other end of a pen
const RESTING_PX = 12; // CSS px that a resting finger or palm moves at most

/** @param {PointerEvent} event whether the tip comes down, and not the eraser or another button */
export function isTip({ button, buttons }) {
  return button === 0 && !(buttons & ERASER);
}

/** @param {PointerEvent} event */
export function isPressed({ buttons }) {
  return (buttons & TIP) !== 0;
}

/**
 * @param {readonly [x: number, y: number]} start
 * @param {PointerEvent} event
 */
export function isFarFrom([x, y], { clientX, clientY }) {
  return Math.hypot(clientX - x, clientY - y) > RESTING_PX;
}

/** @param {Point} point */
export function isOnSheet([x, y]) {
  return x >= 0 && x < SIDE && y >= 0 && y < SIDE;
}

/**
 * The place on the rim where the pen enters the sheet.
 * @param {Point} outside
 * @param {Point} inside
 * @returns {Point}
 */
export function entry(outside, inside) {
  const [x, y, t] = outside;
  const [dx, dy] = [inside[0] - x, inside[1] - y];
  const f = Math.max(share(x, dx), share(y, dy));
  return [x + f * dx, y + f * dy, t + f * (inside[2] - t)];
}

/**
 * The share of the way after which one coordinate is on the sheet.
 * @param {number} from
 * @param {number} way
 */
function share(from, way) {
  if (from >= 0 && from <= SIDE) return 0;
  return ((from < 0 ? 0 : SIDE) - from) / way;
}

/**
 * All places since the event before: a pen or a mouse reports more often than the screen is painted.
 * @param {PointerEvent} event
 * @param {Rect} rect
 */
export function coalescedPoints(event, rect) {
  const events = event.getCoalescedEvents?.() ?? [];
  return (events.length ? events : [event]).map((one) => pointOf(one, rect));
}

/**
 * The browser's guess at the next places; empty in a browser that makes none.
 * @param {PointerEvent} event
 * @param {Rect} rect
 */
export function predictedPoints(event, rect) {
  return (event.getPredictedEvents?.() ?? []).map((one) => pointOf(one, rect));
}

/**
 * @param {PointerEvent} event
 * @param {Rect} rect
 * @returns {Point}
 */
export function pointOf(event, rect) {
  const [x, y] = toSheet(event.clientX, event.clientY, rect);
  return [x, y, event.timeStamp];
}
