/** The strip of drawings that were given: small pictures, and in words what became of each. */

import { byId, element } from '../ui/dom.js';
import { SIDE } from '../ink/geometry.js';
import { contextOf, drawStrokes } from '../ink/canvas.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {'waiting' | 'training' | 'judging' | 'refused'} Fate */
/** @typedef {{readonly id: string, readonly label: number, readonly strokes: readonly Stroke[], readonly fate: Fate,
 *   readonly why?: string}} Given */

const SHOWN = 12;
const PICTURE_PX = 36;
const PICTURE_PEN = 36; // px of the sheet: at this size the real pen would leave a hair

/** @type {Readonly<Record<Fate, string>>} */
const FATES = {
  waiting: 'waits for the service',
  training: 'is kept',
  judging: 'is kept, to judge models',
  refused: 'was not kept',
};

/**
 * In words: what became of all that was given on this page.
 * @param {readonly Given[]} given newest last
 */
export function keptWords(given) {
  const latest = given.at(-1);
  if (!latest) return '';
  const waiting = given.filter(({ fate }) => fate === 'waiting').length;
  const answered = given.findLast(({ fate }) => fate !== 'waiting');
  const said = answered ? `Your ${answered.label} ${FATES[answered.fate]}${answered.why ? `: ${answered.why}` : ''}` : '';
  return [said, waitingWords(waiting)].filter(Boolean).join('; ');
}

/** @param {number} count */
function waitingWords(count) {
  if (count === 0) return '';
  return count === 1 ? '1 drawing waits for the service' : `${count} drawings wait for the service`;
}

export class KeptView {
  #strip = byId('kept', HTMLElement);
  #words = byId('kept-words', HTMLElement);
  /** @type {Map<string, HTMLElement>} */ #pictures = new Map();

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#pictures.clear();
      this.#strip.replaceChildren();
    });
  }

  /** @param {readonly Given[]} given newest last */
  show(given) {
    const shown = given.slice(-SHOWN).reverse();
    this.#strip.replaceChildren(...shown.map((one) => this.#figure(one)));
    this.#words.textContent = keptWords(given);
  }

  /** @param {Given} given */
  #figure(given) {
    const figure = this.#pictures.get(given.id) ?? this.#drawn(given);
    figure.dataset.fate = given.fate;
    figure.title = `Your ${given.label} ${FATES[given.fate]}`;
    figure.setAttribute('aria-label', figure.title);
    return figure;
  }

  /** @param {Given} given */
  #drawn({ id, label, strokes }) {
    const side = Math.round(PICTURE_PX * devicePixelRatio);
    const canvas = element('canvas', { width: String(side), height: String(side) });
    const figure = element('li', { 'data-id': id, 'data-label': String(label), role: 'img' }, canvas);
    const context = contextOf(canvas);
    context.scale(side / SIDE, side / SIDE);
    context.strokeStyle = getComputedStyle(this.#strip).color;
    drawStrokes(context, strokes, PICTURE_PEN);
    this.#pictures.set(id, figure);
    return figure;
  }
}
