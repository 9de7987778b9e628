/** Turns the events of mouse, finger and pen into strokes; draws nothing. */

import { PenTracker } from './pen_tracker.js';

/** @typedef {import('../geometry.js').Point} Point a pen's points carry the event's own time, ms */
/** @typedef {'pen' | 'mouse' | 'touch' | 'unknown'} Pointer */
/**
 * @typedef {object} Pen
 * @property {(point: Point, pointer: Pointer) => void} down
 * @property {(points: readonly Point[], ahead?: readonly Point[]) => void} move `ahead`: where the browser expects it next
 * @property {() => void} up
 * @property {() => void} cancel the stroke in progress was a palm's: take it back
 */

/**
 * Reports strokes until the returned function is called, which ends the stroke in progress. One pointer draws at a time. It
 * need not be the primary one: a palm or thumb that rests on the screen is. Another that comes down meanwhile is ignored, unless
 * the one that draws is a touch at rest; two touches that pinch draw nothing. A pointer pressed beside the surface draws from
 * where it enters.
 * @param {HTMLElement} surface
 * @param {Pen} pen
 * @param {Window} page hears what a surface without pointer capture does not
 * @param {HTMLElement} sheet that points are places on; within the surface
 * @returns {() => void}
 */
export function trackPen(surface, pen, page = window, sheet = surface) {
  const tracker = new PenTracker(surface, pen, sheet);
  const listening = new AbortController();
  const { signal } = listening;
  const capture = { signal, capture: true };
  page.addEventListener('pointerdown', (event) => tracker.down(event), capture);
  page.addEventListener('pointermove', (event) => tracker.move(event), capture);
  page.addEventListener('pointerup', (event) => tracker.up(event), capture);
  page.addEventListener('pointercancel', (event) => tracker.cancelled(event), capture);
  page.addEventListener('pointerout', (event) => tracker.left(event), capture);
  surface.addEventListener('lostpointercapture', (event) => tracker.lost(event), { signal });
  for (const type of ['blur', 'pagehide']) page.addEventListener(type, () => tracker.interrupt(), { signal });
  page.addEventListener('visibilitychange', () => tracker.interrupt(), capture);
  // Safari selects text and scrolls on a touch that pointer events alone don't stop.
  surface.addEventListener('touchstart', (event) => event.preventDefault(), { signal, passive: false });
  page.addEventListener('contextmenu', (event) => tracker.isDrawing && event.preventDefault(), capture);
  page.addEventListener('dragstart', (event) => (tracker.isDrawing || (tracker.isPressed && !isDraggable(event))) && event.preventDefault(), capture);
  return () => {
    listening.abort();
    tracker.interrupt();
  };
}

/** Whether the page lets its target be dragged, as a file in a list; not so the text that is selected. @param {Event} event */
function isDraggable(event) {
  return /** @type {Partial<HTMLElement> | undefined} */ (event.composedPath()[0])?.draggable === true;
}
