/** Shows one of the page's views; the address names it, so that each can be linked to and gone back from. */

import { byId } from './dom.js';
import { isDigits } from './set_address.js';

/** @typedef {'watch' | 'contribute' | 'models' | 'my-drawings' | 'about' | 'game'} Mode */

/** @type {readonly Mode[]} */
const MODES = ['watch', 'contribute', 'models', 'my-drawings', 'about', 'game'];
const REPLAY = '#replay='; // a drawing follows, which the game's view shows
const OLD_MY_DRAWINGS = '#yours'; // in bookmarks and histories of version 0.1

/**
 * @param {string} hash of the address
 * @returns {Mode}
 */
export function modeOf(hash) {
  if (hash === OLD_MY_DRAWINGS) return 'my-drawings';
  if (hash.startsWith(REPLAY)) return 'game';
  return MODES.find((mode) => hash === `#${mode}`) ?? 'watch';
}

export class Views {
  /** @type {Mode} */ #mode = 'watch';
  /** @type {'watch' | 'contribute'} */ #drawingMode = 'watch';
  /** @type {() => void} */ #show = () => {};

  get mode() {
    return this.#mode;
  }

  /** The use of the canvas, now or when it was last visible. */
  get purpose() {
    return this.#drawingMode;
  }

  /** Whether the canvas is visible. */
  get canDraw() {
    return this.#mode === 'watch' || this.#mode === 'contribute';
  }

  /**
   * Marks the view's tab and calls back, now and whenever the address changes.
   * @param {(mode: Mode, otherPurpose: boolean) => void} changed `otherPurpose`: at first, and when the
   *   canvas was last used in another mode
   */
  track(changed) {
    let first = true;
    const show = () => {
      if (!isDigits && location.hash === '#game') history.replaceState(history.state, '', '#watch'); // it asks for digits
      this.#mode = modeOf(location.hash);
      document.body.dataset.mode = this.#mode;
      for (const one of MODES) {
        const tab = document.getElementById(`mode-${one}`); // the game is linked from the footer
        if (one === this.#mode) tab?.setAttribute('aria-current', 'page');
        else tab?.removeAttribute('aria-current');
      }
      // Looking at the models or at one's drawings keeps the drawing in progress.
      const purpose = this.#mode === 'watch' || this.#mode === 'contribute' ? this.#mode : this.#drawingMode;
      const otherPurpose = first || purpose !== this.#drawingMode;
      this.#drawingMode = purpose;
      first = false;
      changed(this.#mode, otherPurpose);
    };
    addEventListener('hashchange', () => {
      show();
      if (this.canDraw) scrollToCanvas();
    });
    this.#show = show;
    byId('agree', HTMLButtonElement).addEventListener('click', scrollToCanvas);
    show();
  }

  showCanvas() {
    scrollToCanvas();
  }

  /** Goes on watching with the drawing that was begun for a contribution. */
  leaveContribute() {
    this.#drawingMode = 'watch';
    history.replaceState(history.state, '', '#watch');
    this.#show();
  }
}

/** From wherever the page was scrolled to: the whole canvas, and above it as much as there is room for. */
function scrollToCanvas() {
  scrollTo(0, 0);
  byId('sheet', HTMLCanvasElement).scrollIntoView({ block: 'nearest' });
}
