/** Shows the summary of a visit: the drawings, when each was known, and what the models have learned from them. */

import { Brush } from '../../ink/brush.js';
import { contextOf } from '../../ink/visible_canvas.js';
import { SIDE } from '../../ink/geometry.js';
import { byId, element } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { percent, wholePercent } from '../../ui/language/words.js';

/** @typedef {import('./session.js').Entry} Entry */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Improvement} Improvement */

const PICTURE_PX = 72;

export class SessionView {
  #place = byId('session', HTMLElement);
  /** @type {(digit: number) => void} */ #ask;

  /** @param {(digit: number) => void} ask asks for this digit next */
  constructor(ask) {
    this.#ask = ask;
  }

  /** @param {Session} session */
  show({ latest, improvement }) {
    /** @type {HTMLElement[]} */
    const parts = [element('h3', {}, text('session.title', { count: latest.length }))];
    if (improvement) parts.push(...this.#improvement(improvement));
    parts.push(element('ol', {}, ...latest.map((entry) => item(entry))));
    this.#place.replaceChildren(...parts);
    this.#place.hidden = false;
  }

  /** @param {Improvement} improvement */
  #improvement({ before, after, drawings, hardest }) {
    const key = after > before ? 'session.taught' : 'session.taught-same';
    const words = element('p', { class: 'taught' }, text(key, { before: percent(before), after: percent(after), count: drawings }));
    const [was, is] = [hardest.before, hardest.after].map((reading) => (reading ? reading.right.filter(Boolean).length : 0));
    const digit = String(hardest.label);
    const again = element('button', {}, text('session.again', { digit }));
    again.addEventListener('click', () => this.#ask(hardest.label));
    const hard = element('div', { class: 'hardest' }, picture(hardest), element('p', {}, text('session.hardest', { digit, was, is })), again);
    return [words, hard];
  }
}

/** @param {Entry} entry */
function item(entry) {
  const known = entry.known === null ? text('session.unknown') : text('session.known', { share: wholePercent(entry.known) });
  return element('li', { 'data-label': String(entry.label) }, picture(entry), element('span', {}, known));
}

/** @param {Entry} entry */
function picture({ label, strokes }) {
  const side = Math.round(PICTURE_PX * devicePixelRatio);
  const canvas = element('canvas', { width: String(side), height: String(side), role: 'img', 'aria-label': text('session.your', { digit: String(label) }) });
  const context = contextOf(canvas);
  context.scale(side / SIDE, side / SIDE);
  context.fillStyle = getComputedStyle(byId('sheet', HTMLElement)).color;
  new Brush().paint(context, strokes);
  return canvas;
}
