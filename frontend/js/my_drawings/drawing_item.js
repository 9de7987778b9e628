/** Shows one of the visitor's drawings: picture, status, stored facts, download and deletion. */

import { nameOfLabel } from '../ui/language/symbols.js';
import { element, save, shape } from '../ui/dom.js';
import { SIDE } from '../ink/geometry.js';
import { ask } from '../ui/confirmation.js';
import { text } from '../ui/language/language.js';
import { wholePercent } from '../ui/language/words.js';
import { GONE, NoAnswer } from './receipt_requests.js';
import { factsOf, statusWords, whenWords } from './my_drawings_words.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./receipt_requests.js').Kept} Kept */
/** @typedef {import('./my_drawings.js').MyDrawing} MyDrawing */
/**
 * @typedef {object} Actions
 * @property {(drawn: MyDrawing) => Promise<Kept>} see
 * @property {(drawn: MyDrawing) => Promise<Blob>} download
 * @property {(id: string) => void} delete
 * @property {(id: string) => void} forget
 * @property {(id: string) => void} gone the service has deleted it already
 */

const DOT = 0.01; // px: as short as a line can be and leave its round caps

export class DrawingItem {
  /** @type {MyDrawing} */ #drawn;
  /** @type {Actions} */ #actions;
  #status = element('span', { class: 'status' });
  #news = element('p', { class: 'news', role: 'status' });
  #facts = element('div', { class: 'facts' });
  #controls = element('div', { class: 'controls' });
  #see;

  /**
   * @param {MyDrawing} drawn
   * @param {Actions} actions
   */
  constructor(drawn, actions) {
    this.#drawn = drawn;
    this.#actions = actions;
    const name = nameOf(drawn);
    this.#see = control(text('mine.details'), name, () => void this.toggle());
    this.#see.setAttribute('aria-expanded', 'false');
    const title = element('p', { class: 'what' }, element('b', {}, nameOfLabel(drawn.label)), ` ${text('mine.given', { when: whenWords(drawn.given) })}`);
    title.append(element('br', {}), this.#status);
    this.element = element('li', { 'data-id': drawn.id, 'data-label': String(drawn.label) });
    this.element.append(picture(drawn.strokes), title, this.#controls, this.#news, this.#facts);
    this.#fillControls();
    this.update(drawn);
  }

  /** @param {MyDrawing} drawn */
  update(drawn) {
    const changed = drawn.status !== this.#drawn.status;
    this.#drawn = drawn;
    this.element.dataset.status = drawn.status;
    this.#status.textContent = statusWords(drawn);
    if (!changed) return;
    this.#fillControls();
    if (drawn.status !== 'kept') this.#close();
  }

  get isOpen() {
    return this.#see.getAttribute('aria-expanded') === 'true';
  }

  /** Shows the stored record that the service sends, or hides it again. */
  async toggle() {
    if (this.#facts.hasChildNodes()) {
      this.#close();
      return;
    }
    this.#see.setAttribute('aria-expanded', 'true');
    await this.#try(text('mine.reading'), async () => {
      this.#facts.replaceChildren(...keptParts(await this.#actions.see(this.#drawn)));
    });
  }

  #close() {
    this.#see.setAttribute('aria-expanded', 'false');
    this.#facts.replaceChildren();
    this.#news.textContent = '';
  }

  #fillControls() {
    const { id, status } = this.#drawn;
    const name = nameOf(this.#drawn);
    const controls = {
      kept: () => [
        this.#see,
        control(text('mine.download'), name, () => void this.#download()),
        control(text('mine.delete'), name, () => void this.#askToDelete()),
      ],
      unknown: () => [control(text('mine.forget'), name, () => this.#actions.forget(id))],
      deleting: () => [],
      deleted: () => [],
    }[status]();
    this.#controls.replaceChildren(...controls);
  }

  async #askToDelete() {
    const words = text('mine.ask-delete', { digit: nameOfLabel(this.#drawn.label) });
    if (await ask(this.#controls, { words, yes: text('mine.delete'), no: text('mine.keep') })) this.#actions.delete(this.#drawn.id);
  }

  async #download() {
    await this.#try(text('mine.downloading'), async () => {
      const file = await this.#actions.download(this.#drawn);
      const name = `midstroke-${this.#drawn.label}-${this.#drawn.id.slice(0, 8)}.zip`;
      save(file, name);
      this.#news.textContent = text('mine.downloaded', { name });
    });
  }

  /**
   * @param {string} words while it lasts
   * @param {() => Promise<void>} work
   */
  async #try(words, work) {
    this.#news.textContent = words;
    try {
      await work();
      if (this.#news.textContent === words) this.#news.textContent = '';
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#see.setAttribute('aria-expanded', 'false');
      this.#news.textContent = text('mine.failed', { error: error.message });
      if (error.status === GONE) this.#actions.gone(this.#drawn.id);
    }
  }
}

/** @param {MyDrawing} drawn */
function nameOf({ label, given }) {
  return text('mine.which', { digit: nameOfLabel(label), when: whenWords(given) });
}

/**
 * A button whose accessible name includes the drawing.
 * @param {string} words
 * @param {string} about
 * @param {() => void} action
 */
function control(words, about, action) {
  const button = element('button', { 'aria-label': `${words}: ${about}` }, words);
  button.addEventListener('click', action);
  return button;
}

/** @param {readonly Stroke[]} strokes */
function picture(strokes) {
  const drawn = shape('svg', { viewBox: `0 0 ${SIDE} ${SIDE}`, class: 'picture', 'aria-hidden': 'true' });
  for (const [first, ...rest] of strokes) {
    const ends = rest.length ? rest : [[first[0] + DOT, first[1]]];
    drawn.append(shape('path', { d: `M${first[0]} ${first[1]}${ends.map(([x, y]) => `L${x} ${y}`).join('')}` }));
  }
  return drawn;
}

/** @param {Kept} kept */
function keptParts({ drawing, pngs, terms, filtered }) {
  const rows = factsOf(drawing, filtered).flatMap(([term, fact]) => [element('dt', {}, term), element('dd', {}, fact)]);
  const pictures = pngs.map((png, step) => {
    const alt = text('mine.of-ink', { share: wholePercent(drawing.samples[step]?.ink ?? 1) });
    return element('img', { src: `data:image/png;base64,${png}`, alt, title: alt });
  });
  const agreed = element('details', {}, element('summary', {}, text('mine.agreed-terms')), element('p', {}, terms));
  return [element('dl', {}, ...rows), element('div', { class: 'samples' }, ...pictures), ...(terms ? [agreed] : [])];
}
