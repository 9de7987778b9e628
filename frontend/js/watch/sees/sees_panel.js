/** Opens the view of what the model sees; its code is loaded when somebody opens it. */

import { byId } from '../../ui/dom.js';
import { loadTexts, text } from '../../ui/language/language.js';
import { loadStyles } from '../../ui/style_sheets.js';

/** @typedef {import('./sees_view.js').Seen} Seen */

export class SeesPanel {
  #panel = byId('sees', HTMLDetailsElement);
  /** @type {import('./sees_view.js').SeesView | null} */ #view = null;
  /** @type {() => Seen | null} */ #seen;

  /** @param {() => Seen | null} seen the drawing and the model that reads it; null without one */
  constructor(seen) {
    this.#seen = seen;
    this.#panel.addEventListener('toggle', () => void this.#open());
  }

  /** The drawing, the model or its prediction has changed. */
  show() {
    if (this.#panel.open) this.#view?.show(this.#seen());
  }

  /** Loads its code for a time without a connection. @returns {Promise<boolean>} false where it can't be had: opening it tries again */
  async prepare() {
    try {
      const [{ SeesView }, texts] = await Promise.all([import('./sees_view.js'), loadTexts('sees'), loadStyles('sees')]);
      if (!texts) throw new Error('its texts are missing');
      this.#view ??= new SeesView();
    } catch (error) {
      console.warn(`the view of what the model sees could not be loaded: ${error}`);
    }
    return this.#view !== null;
  }

  async #open() {
    if (!this.#panel.open) return;
    if (await this.prepare()) this.show();
    else byId('sees-words', HTMLElement).textContent = text('view.failed');
  }
}
