/** One drawing at large: its picture, its facts, and the words of the buttons that decide about it. */

import { byId, element } from '../ui/dom.js';
import { drawStage, replay } from './sketch.js';

/** @typedef {import('./moderation_calls.js').StoredDrawing} StoredDrawing */

const FACTS = /** @type {const} */ (['id', 'received_at', 'label', 'asked', 'use', 'pointer', 'source', 'verdict', 'confirmed', 'hidden', 'blocked', 'contributor']);

export class DrawingDetails {
  #section = byId('details', HTMLElement);
  #canvas = byId('large', HTMLCanvasElement);
  /** @type {StoredDrawing | null} */ #drawing = null;
  #stage = 1;
  #stopReplay = () => {};

  /** @param {StoredDrawing | null} drawing null: none is chosen */
  show(drawing) {
    this.#drawing = drawing;
    this.#section.hidden = drawing === null;
    this.#paint();
    if (drawing === null) return;
    const facts = FACTS.flatMap((name) => [element('dt', {}, name.replace('_', ' ')), element('dd', {}, String(drawing[name]))]);
    byId('facts', HTMLDListElement).replaceChildren(...facts);
    byId('new-label', HTMLSelectElement).value = drawing.label;
    nameButton('hide', drawing.hidden ? 'Unhide ' : 'Hide ');
    nameButton('block', drawing.blocked ? 'Unblock contributor ' : 'Block contributor ');
  }

  /** @param {number} stage ink fraction, above 0, to 1 */
  setStage(stage) {
    this.#stage = stage;
    this.#paint();
  }

  /** Draws it again at its own pace. */
  play() {
    this.#stopReplay();
    if (this.#drawing !== null) this.#stopReplay = replay(this.#canvas, this.#drawing);
  }

  #paint() {
    this.#stopReplay();
    if (this.#drawing !== null) drawStage(this.#canvas, this.#drawing, this.#stage);
  }
}

/**
 * @param {string} id
 * @param {string} words before the key
 */
function nameButton(id, words) {
  const first = byId(id, HTMLButtonElement).firstChild;
  if (first instanceof Text) first.data = words;
}
