/** The list of the drawings that were found: each a button with its picture, of which one is chosen. */

import { element, setText } from '../ui/dom.js';
import { drawStage } from './sketch.js';

/** @typedef {import('./moderation_calls.js').StoredDrawing} StoredDrawing */
/** @typedef {{drawing: StoredDrawing, readonly button: HTMLButtonElement}} Item */

const SMALL = 120; // px of a canvas

export class Gallery {
  /** @type {HTMLElement} */ #list;
  /** @type {() => void} */ #changed;
  /** @type {Map<string, Item>} by id */ #items = new Map();
  /** @type {string | null} */ #chosen = null;
  #stage = 1;

  /**
   * @param {HTMLElement} list
   * @param {() => void} changed another drawing is chosen, or the chosen one has changed
   */
  constructor(list, changed) {
    this.#list = list;
    this.#changed = changed;
  }

  /** @returns {StoredDrawing | null} */
  get chosen() {
    return (this.#chosen !== null && this.#items.get(this.#chosen)?.drawing) || null;
  }

  get size() {
    return this.#items.size;
  }

  clear() {
    this.#items.clear();
    this.#list.replaceChildren();
    this.#chosen = null;
    this.#changed();
  }

  /** @param {StoredDrawing} drawing */
  add(drawing) {
    const canvas = element('canvas', { width: String(SMALL), height: String(SMALL) });
    const button = element('button', { type: 'button', 'aria-pressed': 'false' }, canvas, element('span', {}), ' ', element('small', {}));
    const item = { drawing, button };
    button.addEventListener('focus', () => this.#choose(drawing.id));
    button.addEventListener('click', () => this.#choose(drawing.id));
    this.#items.set(drawing.id, item);
    this.#list.append(element('li', {}, button));
    this.#describe(item);
  }

  /**
   * Shows the drawings after a decision.
   * @param {(drawing: StoredDrawing) => StoredDrawing | null} change null: it is gone
   */
  update(change) {
    for (const item of [...this.#items.values()]) {
      const next = change(item.drawing);
      if (next === null) this.#remove(item);
      else if (next !== item.drawing) {
        item.drawing = next;
        this.#describe(item);
      }
    }
    this.#changed();
  }

  /** @param {number} stage ink fraction, above 0, to 1, at which all are shown */
  setStage(stage) {
    this.#stage = stage;
    for (const item of this.#items.values()) this.#paint(item);
  }

  focusFirst() {
    this.#list.querySelector('button')?.focus();
  }

  /**
   * Moves the focus as an arrow key says.
   * @param {string} key
   * @returns {boolean} whether the key is one, and the focus within the list
   */
  move(key) {
    const buttons = [...this.#list.querySelectorAll('button')];
    const at = buttons.findIndex((button) => button === document.activeElement);
    const columns = buttons.findIndex((button) => button.offsetTop > (buttons[0]?.offsetTop ?? 0));
    const step = new Map([['ArrowRight', 1], ['ArrowLeft', -1], ['ArrowDown', columns], ['ArrowUp', -columns]]).get(key);
    if (step === undefined || at < 0) return false;
    buttons[at + step]?.focus();
    return true;
  }

  /** @param {string} id */
  #choose(id) {
    if (this.#chosen === id) return;
    this.#chosen = id;
    for (const [each, { button }] of this.#items) button.setAttribute('aria-pressed', String(each === id));
    this.#changed();
  }

  /** The focus goes to its neighbour. @param {Item} item */
  #remove({ drawing, button }) {
    const near = button.parentElement?.nextElementSibling ?? button.parentElement?.previousElementSibling;
    this.#items.delete(drawing.id);
    button.parentElement?.remove();
    if (this.#chosen === drawing.id) this.#chosen = null;
    near?.querySelector('button')?.focus();
  }

  /** @param {Item} item */
  #describe(item) {
    const { drawing, button } = item;
    const notes = ['hidden', 'blocked', 'relabelled'].filter((name) => drawing[/** @type {'hidden'} */ (name)]);
    if (drawing.verdict === 'filtered') notes.push('filtered');
    const [label, small] = [button.querySelector('span'), button.querySelector('small')];
    if (label) setText(label, drawing.label);
    if (small) setText(small, notes.join(', '));
    button.classList.toggle('out', drawing.hidden || drawing.blocked);
    button.setAttribute('aria-label', [`drawing labelled ${drawing.label}`, ...notes].join(', '));
    this.#paint(item);
  }

  /** @param {Item} item */
  #paint({ drawing, button }) {
    const canvas = button.querySelector('canvas');
    if (canvas) drawStage(canvas, drawing, this.#stage);
  }
}
