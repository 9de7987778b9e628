/** Mouse, finger or pen on a surface, as strokes: pointer events alone, nothing is drawn in here. */

import { toSheet } from './geometry.js';

/** @typedef {import('./geometry.js').Point} Point a pen's points carry the event's own time, ms */
/** @typedef {'pen' | 'mouse' | 'touch' | 'unknown'} Pointer */
/**
 * @typedef {object} Pen
 * @property {(point: Point, pointer: Pointer) => void} down
 * @property {(points: readonly Point[]) => void} move
 * @property {() => void} up
 */

const POINTERS = ['pen', 'mouse', 'touch'];

/**
 * Reports strokes until the returned function is called. One pointer draws at a time: a second finger or a palm that
 * comes down meanwhile is ignored.
 * @param {HTMLElement} surface
 * @param {Pen} pen
 * @returns {() => void}
 */
export function trackPen(surface, pen) {
  /** @type {number | null} */
  let drawing = null;

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (drawing !== null || event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    drawing = event.pointerId;
    surface.setPointerCapture(event.pointerId);
    pen.down(pointOf(event, surface.getBoundingClientRect()), pointerOf(event));
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (event.pointerId !== drawing) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const rect = surface.getBoundingClientRect();
    pen.move((events.length ? events : [event]).map((one) => pointOf(one, rect)));
  };
  /** @param {PointerEvent} event */
  const up = (event) => {
    if (event.pointerId !== drawing) return;
    drawing = null;
    // A cancelled or lost pointer's last place may be nowhere near the pen.
    if (event.type === 'pointerup') pen.move([pointOf(event, surface.getBoundingClientRect())]);
    pen.up();
  };

  const listening = new AbortController();
  const { signal } = listening;
  surface.addEventListener('pointerdown', down, { signal });
  surface.addEventListener('pointermove', move, { signal });
  for (const end of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    surface.addEventListener(end, up, { signal });
  }
  // Safari selects text and scrolls on a touch that pointer events alone don't stop.
  surface.addEventListener('touchstart', (event) => event.preventDefault(), { signal, passive: false });
  surface.addEventListener('contextmenu', (event) => drawing !== null && event.preventDefault(), { signal });
  return () => listening.abort();
}

/**
 * @param {PointerEvent} event
 * @param {DOMRect} rect of the surface
 * @returns {Point}
 */
function pointOf(event, rect) {
  const [x, y] = toSheet(event.clientX, event.clientY, rect);
  return [x, y, event.timeStamp];
}

/**
 * @param {PointerEvent} event
 * @returns {Pointer}
 */
function pointerOf(event) {
  return POINTERS.includes(event.pointerType) ? /** @type {Pointer} */ (event.pointerType) : 'unknown';
}
