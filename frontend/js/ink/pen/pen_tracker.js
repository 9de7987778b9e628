/** Decides which pressed pointer draws, and when its stroke begins, ends or is taken back. Listens to nothing itself. */

import { PalmDetector, isWide } from './palm.js';
import { coalescedPoints, entry, isFarFrom, isOnSheet, isPressed, isTip, pointOf, predictedPoints } from './pen_events.js';
import { isPinch } from './pinch.js';

/** @typedef {import('../geometry.js').Point} Point */
/** @typedef {import('./pen.js').Pen} Pen */
/** @typedef {import('./pen.js').Pointer} Pointer */
/**
 * A pressed pointer.
 * @typedef {object} WhatIsPressed
 * @property {number} id
 * @property {Pointer} pointer
 * @property {Point[]} points those not reported yet
 * @property {PointerEvent} press
 * @property {string} selected text of the page, then
 * @property {boolean} hasEntered it was pressed beside the surface and draws now
 * @typedef {import('./pinch.js').Moving & WhatIsPressed} Pressed
 */

const POINTERS = ['pen', 'mouse', 'touch'];
const CONTROLS = 'a, button, input, label, select, summary, textarea, dialog, [role="slider"]';

export class PenTracker {
  /** @type {HTMLElement} */ #surface;
  /** @type {HTMLElement} */ #sheet;
  /** @type {Pen} */ #pen;
  #palms = new PalmDetector();
  /** @type {Pressed | null} */ #drawing = null;
  /** @type {Map<number, Pressed>} touches on the surface that draw once they move */ #held = new Map();
  /** @type {Map<number, Pressed>} pressed beside the surface */ #outside = new Map();
  #stroke = new AbortController();

  /**
   * @param {HTMLElement} surface
   * @param {Pen} pen
   * @param {HTMLElement} sheet that points are places on
   */
  constructor(surface, pen, sheet) {
    this.#surface = surface;
    this.#sheet = sheet;
    this.#pen = pen;
  }

  get isDrawing() {
    return this.#drawing !== null;
  }

  get isPressed() {
    return this.#drawing !== null || this.#outside.size > 0;
  }

  /** @param {PointerEvent} event */
  down(event) {
    this.#palms.note(event);
    this.#forgetLost(event);
    // Not `target`, which is another component where the surface is within its shadow.
    if (!event.composedPath().includes(this.#surface)) return this.#downOutside(event);
    // On the border around the sheet.
    if (this.#sheet !== this.#surface && !isOnSheet(this.#pointOf(event))) return this.#downOutside(event);
    if (!isTip(event)) return;
    event.preventDefault();
    if (this.#palms.isPalm(event)) return;
    if (event.pointerType === 'pen' && this.#drawing?.type === 'touch') this.#takeBack();
    const pressed = this.#pressed(event);
    // After a pen was seen, a touch may be a palm: it draws once it moves as a finger does.
    if (event.pointerType === 'touch' && (this.#drawing || this.#palms.hasSeenPen)) this.#held.set(pressed.id, pressed);
    else if (!this.#drawing) this.#begin(pressed);
  }

  /** @param {PointerEvent} event */
  move(event) {
    this.#palms.note(event);
    if (event.pointerType === 'pen' && isAtRest(this.#drawing)) this.#takeBack();
    if (event.pointerId === this.#drawing?.id) return this.#drawOn(event, this.#drawing);
    const held = this.#held.get(event.pointerId);
    if (held) return this.#moveHeld(event, held);
    const outside = this.#outside.get(event.pointerId);
    if (outside) this.#moveOutside(event, outside);
  }

  /** @param {PointerEvent} event */
  up(event) {
    this.#palms.note(event);
    this.#forget(event.pointerId);
    if (event.pointerId !== this.#drawing?.id) return;
    if (!this.#isHidden) this.#pen.move([this.#pointOf(event)]);
    this.#end();
  }

  /** @param {PointerEvent} event whose last place may be nowhere near the pointer */
  cancelled(event) {
    this.#palms.note(event);
    this.#forget(event.pointerId);
    if (event.pointerId !== this.#drawing?.id) return;
    // The system cancels a touch that it takes for a palm, and one that scrolls the page from beside the surface.
    if (isAtRest(this.#drawing) || this.#drawing.hasEntered) this.#takeBack();
    else this.#end();
  }

  /** @param {PointerEvent} event of the surface, or of what is within it and had the pointer before the surface took it */
  lost(event) {
    if (event.pointerId === this.#drawing?.id && event.composedPath()[0] === this.#surface) this.#end();
  }

  /** @param {PointerEvent} event the pen leaves the range in which it is sensed */
  left(event) {
    if (event.pointerType === 'pen' && event.relatedTarget === null) this.#palms.note(event);
  }

  /** The window loses the pointers without their releases. */
  interrupt() {
    this.#held.clear();
    this.#outside.clear();
    if (this.#drawing) this.#end();
  }

  /** @param {PointerEvent} event */
  #downOutside(event) {
    const onControl = /** @type {Partial<Element> | undefined} */ (event.composedPath()[0])?.closest?.(CONTROLS);
    if (isTip(event) && !onControl && !this.#palms.isPalm(event)) this.#outside.set(event.pointerId, this.#pressed(event));
  }

  /**
   * @param {PointerEvent} event
   * @param {Pressed} drawing
   */
  #drawOn(event, drawing) {
    // The surface may have been hidden, and the release of the tip lost or hidden behind another button's press.
    if (!isPressed(event) || this.#isHidden) return this.#end();
    if (isAtRest(drawing) && isWide(event)) return this.#takeBack();
    if (this.#isPinching(event, drawing)) return this.#forgetPinch();
    this.#pen.move(this.#pointsOf(event), predictedPoints(event, this.#rect));
  }

  /**
   * @param {PointerEvent} event
   * @param {Pressed} held
   */
  #moveHeld(event, held) {
    if (!isPressed(event) || this.#palms.isPalm(event)) return this.#forget(held.id);
    held.points.push(...this.#pointsOf(event));
    if (this.#isPinching(event, held)) return this.#forgetPinch();
    if (held.movedAt === null || (this.#drawing && !isAtRest(this.#drawing))) return;
    const resting = this.#drawing;
    if (resting) this.#takeBack();
    this.#begin(held);
    if (resting) this.#held.set(resting.id, resting);
  }

  /**
   * @param {PointerEvent} event
   * @param {Pressed} outside
   */
  #moveOutside(event, outside) {
    // Whoever prevented its default follows it: another canvas, or what can be moved with a pointer.
    if (!isPressed(event) || outside.press.defaultPrevented) return this.#forget(outside.id);
    if (this.#isPinching(event, outside)) return this.#forgetPinch();
    const mayEnter = !this.#drawing && this.#isEntering(event, outside);
    const points = this.#pointsOf(event);
    const first = mayEnter ? points.findIndex(isOnSheet) : -1;
    if (first < 0) {
      outside.points = points.slice(-1);
      return;
    }
    if (this.#selected !== outside.selected) return this.#forget(outside.id); // the page's text is being selected
    const before = points[first - 1] ?? outside.points[0];
    this.#begin({ ...outside, points: [entry(before, points[first]), ...points.slice(first)], hasEntered: true });
  }

  /**
   * @param {PointerEvent} event
   * @param {Pressed} outside
   */
  #isEntering(event, { type, movedAt }) {
    // Touches are on what they came down on wherever they go. A hand that rests at the rim moves across it a little.
    if (type === 'touch') return movedAt !== null;
    // A mouse that something else has captured, or that is over what covers the surface, does not enter.
    return type !== 'mouse' || event.composedPath().includes(this.#surface);
  }

  /**
   * Follows it, and looks once whether it is a pinch's second finger.
   * @param {PointerEvent} event
   * @param {Pressed} pressed
   */
  #isPinching(event, pressed) {
    pressed.at = [event.clientX, event.clientY];
    if (pressed.movedAt !== null || !isFarFrom(pressed.start, event)) return false;
    pressed.movedAt = event.timeStamp;
    const drawing = this.#drawing;
    if (pressed !== drawing) return drawing !== null && isPinch(drawing, pressed);
    return [...this.#held.values(), ...this.#outside.values()].some((other) => isPinch(drawing, other));
  }

  /** A pinch draws nothing, with neither finger, until they are lifted. */
  #forgetPinch() {
    this.#held.clear();
    this.#outside.clear();
    this.#takeBack();
  }

  /** @param {Pressed} pressed */
  #begin(pressed) {
    this.#forget(pressed.id);
    this.#drawing = pressed;
    this.#keepPageStill();
    try {
      this.#surface.setPointerCapture(pressed.id);
    } catch {
      // The pointer is gone or not the browser's own: the page's listeners follow it without capture.
    }
    const [first, ...rest] = pressed.points;
    pressed.points = [];
    this.#pen.down(first, pressed.pointer);
    if (rest.length) this.#pen.move(rest);
  }

  /** Scrolling or zooming, by wheel or by pinching a trackpad, would move the surface away under the pen. */
  #keepPageStill() {
    this.#stroke = new AbortController();
    const { signal } = this.#stroke;
    this.#surface.ownerDocument?.addEventListener('wheel', (event) => event.preventDefault(), { signal, passive: false });
  }

  #end() {
    // Touches held beside a stroke that was drawn are no strokes to come; beside a dot, one may have been the finger.
    if (this.#drawing && this.#drawing.movedAt !== null) this.#held.clear();
    this.#release();
    this.#pen.up();
  }

  #takeBack() {
    this.#release();
    this.#pen.cancel();
  }

  #release() {
    this.#drawing = null;
    this.#stroke.abort();
  }

  /** @param {number} id */
  #forget(id) {
    this.#held.delete(id);
    this.#outside.delete(id);
  }

  /**
   * A pointer that comes down anew, or a primary one, shows that releases were lost, as to a window that came in between.
   * @param {PointerEvent} event
   */
  #forgetLost({ pointerId, pointerType, isPrimary }) {
    this.#forget(pointerId);
    if (this.#drawing?.id === pointerId || (isPrimary && this.#drawing?.type === pointerType)) this.#end();
  }

  /**
   * @param {PointerEvent} event
   * @returns {Pressed}
   */
  #pressed(event) {
    const { pointerId, pointerType, clientX, clientY } = event;
    const pointer = POINTERS.includes(pointerType) ? /** @type {Pointer} */ (pointerType) : 'unknown';
    const start = /** @type {const} */ ([clientX, clientY]);
    return {
      ...{ id: pointerId, type: pointerType, pointer, start, at: start, movedAt: null, points: [this.#pointOf(event)] },
      ...{ press: event, selected: this.#selected, hasEntered: false },
    };
  }

  /** @param {PointerEvent} event */
  #pointsOf(event) {
    return coalescedPoints(event, this.#rect);
  }

  /** @param {PointerEvent} event */
  #pointOf(event) {
    return pointOf(event, this.#rect);
  }

  /** The text that is selected around the surface. */
  get #selected() {
    return `${this.#surface.ownerDocument?.getSelection?.() ?? ''}`;
  }

  /** A hidden sheet has no places. */
  get #isHidden() {
    return this.#rect.width === 0;
  }

  get #rect() {
    return this.#sheet.getBoundingClientRect();
  }
}

/** @param {Pressed | null} drawing */
function isAtRest(drawing) {
  return drawing?.type === 'touch' && drawing.movedAt === null;
}
