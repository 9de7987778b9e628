/** Shows the visitor's latest drawings as small pictures, with the status of each in words. */

import { byId, element } from '../../ui/dom.js';
import { SIDE } from '../../ink/geometry.js';
import { nameOfLabel } from '../../ui/language/symbols.js';
import { text } from '../../ui/language/language.js';
import { contextOf, drawStrokes } from '../../ink/visible_canvas.js';

/** @typedef {import('./given_drawings.js').GivenDrawing} GivenDrawing */

const SHOWN = 12;
const PICTURE_PX = 36;
const PICTURE_PEN = 36; // px of the sheet: at this size the real pen would leave a hair

/**
 * Describes what became of the drawings of this page.
 * @param {readonly GivenDrawing[]} given newest last
 */
export function recentWords(given) {
  const latest = given.at(-1);
  if (!latest) return '';
  const waiting = given.filter(({ status }) => status === 'waiting').length;
  const answered = given.findLast(({ status }) => status !== 'waiting');
  const news = answered ? statusWords(answered) : '';
  const sentences = [answered?.why ? text('recent.because', { news, why: answered.why }) : news];
  if (waiting) sentences.push(text('recent.count-waiting', { count: waiting }));
  return sentences.filter((words) => words !== '').join('; ');
}

/** @param {GivenDrawing} given */
function statusWords({ label, status }) {
  return text(`recent.${status}`, { digit: nameOfLabel(label) });
}

export class RecentStrip {
  #strip = byId('recent', HTMLElement);
  #words = byId('recent-words', HTMLElement);
  /** @type {Map<string, HTMLElement>} */ #pictures = new Map();

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#pictures.clear();
      this.#strip.replaceChildren();
    });
  }

  /** @param {readonly GivenDrawing[]} given newest last */
  show(given) {
    const shown = given.slice(-SHOWN).reverse();
    this.#strip.replaceChildren(...shown.map((one) => this.#figure(one)));
    this.#words.textContent = recentWords(given);
  }

  /** @param {GivenDrawing} given */
  #figure(given) {
    const figure = this.#pictures.get(given.id) ?? this.#drawn(given);
    figure.dataset.status = given.status;
    figure.title = statusWords(given);
    figure.firstElementChild?.setAttribute('aria-label', figure.title);
    return figure;
  }

  /** @param {GivenDrawing} given */
  #drawn({ id, label, strokes }) {
    const side = Math.round(PICTURE_PX * devicePixelRatio);
    const canvas = element('canvas', { width: String(side), height: String(side), role: 'img' });
    const figure = element('li', { 'data-id': id, 'data-label': String(label) }, canvas);
    const context = contextOf(canvas);
    context.scale(side / SIDE, side / SIDE);
    context.strokeStyle = getComputedStyle(this.#strip).color;
    drawStrokes(context, strokes, PICTURE_PEN);
    this.#pictures.set(id, figure);
    return figure;
  }
}
