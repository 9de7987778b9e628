/** Opens the view of what the model sees; its code is loaded when somebody opens it. */

import { byId } from '../ui/dom.js';

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

  async #open() {
    if (!this.#panel.open) return;
    const { SeesView } = await import('./sees_view.js');
    this.#view ??= new SeesView();
    this.show();
  }
}
