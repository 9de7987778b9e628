/** Mouse, finger or pen on a surface, as strokes: pointer events alone, nothing is drawn in here. */

import { toSheet } from './geometry.js';

/** @typedef {import('./geometry.js').Point} Point a pen's points carry the event's own time, ms */
/** @typedef {'pen' | 'mouse' | 'touch' | 'unknown'} Pointer */
/**
 * @typedef {object} Pen
 * @property {(point: Point, pointer: Pointer) => void} down
 * @property {(points: readonly Point[]) => void} move
 * @property {() => void} up
 * @property {() => void} cancel the stroke under way was a palm's: it is to be taken back
 */

const POINTERS = ['pen', 'mouse', 'touch'];
const PALM_MS = 1500; // after a pen's last event in which a touch is the palm beside it, or the one that comes to rest

/**
 * Reports strokes until the returned function is called. One pointer draws at a time: a second finger or a palm that
 * comes down meanwhile is ignored. A pen goes before a touch, which then was the palm of the hand that holds it.
 * @param {HTMLElement} surface
 * @param {Pen} pen
 * @returns {() => void}
 */
export function trackPen(surface, pen) {
  /** @type {{readonly id: number, readonly type: string} | null} */
  let drawing = null;
  let pennedAt = -Infinity;

  /** @param {PointerEvent} event whether it is the palm of a hand that writes with a pen */
  const isPalm = ({ pointerType, timeStamp }) => pointerType === 'touch' && timeStamp - pennedAt < PALM_MS;
  /** @param {PointerEvent} event that begins a stroke; whether another is under way that goes on */
  const isSecond = ({ pointerId, pointerType }) =>
    drawing !== null && drawing.id !== pointerId && !(drawing.type === 'touch' && pointerType === 'pen');
  /** @param {PointerEvent} event */
  const note = ({ pointerType, timeStamp }) => {
    if (pointerType === 'pen') pennedAt = timeStamp;
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.button !== 0 || !event.isPrimary || isPalm(event) || isSecond(event)) return;
    event.preventDefault();
    // The same pointer comes down twice where its release was lost, as to a window that came in between.
    if (drawing?.id === event.pointerId) pen.up();
    else if (drawing) pen.cancel();
    note(event);
    drawing = { id: event.pointerId, type: event.pointerType };
    surface.setPointerCapture(event.pointerId);
    pen.down(pointOf(event, surface.getBoundingClientRect()), pointerOf(event));
  };
  /** @param {PointerEvent} event */
  const move = (event) => {
    if (event.pointerId !== drawing?.id) return;
    if (event.buttons === 0) return end();
    note(event);
    const events = event.getCoalescedEvents?.() ?? [];
    const rect = surface.getBoundingClientRect();
    pen.move((events.length ? events : [event]).map((one) => pointOf(one, rect)));
  };
  /** @param {PointerEvent} event */
  const up = (event) => {
    if (event.pointerId !== drawing?.id) return;
    note(event);
    // A cancelled or lost pointer's last place may be nowhere near the pen.
    if (event.type === 'pointerup') pen.move([pointOf(event, surface.getBoundingClientRect())]);
    end();
  };
  const end = () => {
    drawing = null;
    pen.up();
  };

  const listening = new AbortController();
  const { signal } = listening;
  surface.addEventListener('pointerdown', down, { signal });
  surface.addEventListener('pointermove', move, { signal });
  for (const type of /** @type {const} */ (['pointerup', 'pointercancel', 'lostpointercapture'])) {
    surface.addEventListener(type, up, { signal });
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
