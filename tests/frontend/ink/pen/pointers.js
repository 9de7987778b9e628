/** Pointer events for tests, and what a pen's owner hears of them. */

import { trackPen } from '../../../../frontend/js/ink/pen/pen.js';

export class Surface extends EventTarget {
  setPointerCapture() {}
  getBoundingClientRect() {
    return { left: 0, top: 0, right: 500, bottom: 500, width: 500, height: 500 };
  }
}

/** What a pen's owner hears of these events, in order. */
export function heardOf(...events) {
  const heard = [];
  const surface = new Surface();
  const pen = {
    down: ([x, y], by) => heard.push(`${by} down at ${x} ${y}`),
    move: (points) => heard.push(...points.map(([x, y]) => `to ${x} ${y}`)),
    up: () => heard.push('up'),
    cancel: () => heard.push('taken back'),
  };
  trackPen(surface, pen, surface);
  for (const event of events) surface.dispatchEvent(event);
  return heard;
}

export function pointer(type, pointerType, [clientX, clientY], more = {}) {
  const ids = { mouse: 1, touch: 2, pen: 3 };
  const { time: timeStamp = 0, ...rest } = more;
  const usual = { pointerType, pointerId: ids[pointerType], isPrimary: true, button: 0, buttons: 1, width: 1, height: 1 };
  const event = new Event(type, { cancelable: true });
  for (const [name, value] of Object.entries({ ...usual, clientX, clientY, ...rest, timeStamp })) Object.defineProperty(event, name, { value });
  return event;
}

export const FIRST = { pointerId: 7, isPrimary: true };
export const LATER = { pointerId: 8, isPrimary: false };
export const beside = { composedPath: () => [new EventTarget()] };
