/** Keeps the drawings in progress over a reload or a way back: in sessionStorage, or in the history entry's state. */

import { isDigits, ofSet } from '../set_address.js';

/** @typedef {import('../language/symbols.js').Label} Label */
/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../../ink/pen/pen.js').Pointer} Pointer */
/** @typedef {'watch' | 'contribute'} Purpose */
/** @typedef {{readonly strokes: readonly Stroke[], readonly pointer: Pointer}} Draft */

const KEY = ofSet('midstroke.drafts');
const POINTERS = ['pen', 'mouse', 'touch', 'unknown'];
/** @type {Draft} */
const EMPTY = { strokes: [], pointer: 'unknown' };

export class Drafts {
  /** @type {Readonly<Record<Purpose, Draft>>} */ #drafts = { watch: EMPTY, contribute: EMPTY };
  /** @type {Label | null} */ #asked = null;

  constructor() {
    try {
      const { asked, drafts, clock, at } = JSON.parse(savedText() ?? 'null');
      // Points carry the former page's clock.
      const shift = performance.now() - (clock + Date.now() - at);
      this.#drafts = { watch: draftOf(drafts.watch, shift), contribute: draftOf(drafts.contribute, shift) };
      if (isDigits ? Number.isInteger(asked) && asked >= 0 && asked <= 9 : typeof asked === 'string') this.#asked = asked;
    } catch {
      // Nothing was saved, or nothing that can be read: the page begins with an empty canvas.
    }
  }

  /** The digit that was asked for. */
  get asked() {
    return this.#asked;
  }

  /**
   * @param {Purpose} purpose
   * @returns {Draft}
   */
  of(purpose) {
    return this.#drafts[purpose];
  }

  /**
   * @param {Purpose} purpose
   * @param {Draft} draft
   * @param {Label | null} asked
   */
  save(purpose, draft, asked) {
    this.#drafts = { ...this.#drafts, [purpose]: draft };
    this.#asked = asked;
    const text = JSON.stringify({ asked, drafts: this.#drafts, clock: performance.now(), at: Date.now() });
    try {
      sessionStorage.setItem(KEY, text);
      return;
    } catch {
      // Forbidden or full: the history's state takes it.
    }
    try {
      history.replaceState({ ...history.state, [KEY]: text }, '');
    } catch {
      // Neither can be written: a reload begins with an empty canvas.
    }
  }
}

/** @returns {string | null} */
function savedText() {
  let text = null;
  try {
    text = sessionStorage.getItem(KEY);
  } catch {
    // The history's state may have it.
  }
  return text ?? history.state?.[KEY] ?? null;
}

/**
 * @param {any} saved
 * @param {number} shift ms
 * @returns {Draft}
 */
function draftOf({ strokes, pointer }, shift) {
  const shifted = strokes.map((/** @type {number[][]} */ stroke) => {
    if (stroke.length === 0) throw new RangeError('a stroke without points');
    return stroke.map(([x, y, t]) => {
      if (![x, y, t].every(Number.isFinite)) throw new RangeError(`a point at ${x}, ${y}, ${t}, expected numbers`);
      return [x, y, t + shift];
    });
  });
  return { strokes: shifted, pointer: POINTERS.includes(pointer) ? pointer : 'unknown' };
}
