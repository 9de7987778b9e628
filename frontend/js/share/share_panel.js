/** The panel that shares the drawing on the canvas. Its code is loaded when somebody opens it. */

import { element } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { animationOf, pictureOf } from './drawing_files.js';
import { replayLink } from './replay_link.js';
import { shareControls } from './share_controls.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */

const GAP = 8; // CSS px to the button, and to the edges of the screen

export class SharePanel {
  #dialog = element('dialog', { id: 'share-panel', 'aria-labelledby': 'share-title', tabindex: '-1' });
  /** @type {HTMLElement} */ #opener;

  /** @param {HTMLElement} opener the panel lies beside it, and gives the focus back to it */
  constructor(opener) {
    this.#opener = opener;
    const dialog = this.#dialog;
    document.body.append(dialog);
    // The page's keys undo and clear: not while this is open.
    dialog.addEventListener('keydown', (event) => event.stopPropagation());
    dialog.addEventListener('click', ({ target }) => target === dialog && dialog.close()); // beside it: its content covers it
    addEventListener('hashchange', () => dialog.close());
    addEventListener('resize', () => this.#place());
  }

  /**
   * @param {readonly Stroke[]} strokes at least one
   * @param {string} words about the drawing, for its picture; may be empty
   */
  open(strokes, words) {
    const dialog = this.#dialog;
    if (dialog.open) return;
    const drawings = [{ strokes }];
    const controls = shareControls({
      name: 'midstroke',
      link: { id: 'share-link', address: replayLink({ label: null, strokes }, location.href), words: text('share.link') },
      picture: () => pictureOf(drawings, words === '' ? 'Midstroke' : `Midstroke: ${words}`),
      animation: () => animationOf(drawings),
    });
    const close = element('button', { type: 'button' }, text('share.close'));
    close.addEventListener('click', () => dialog.close());
    dialog.replaceChildren(
      element(
        'div',
        {},
        element('div', { class: 'head' }, element('h2', { id: 'share-title' }, text('share.title')), close),
        element('p', { class: 'aside' }, text('share.private')),
        controls,
      ),
    );
    controls.querySelector('button')?.setAttribute('autofocus', ''); // not the field: a phone would open its keyboard
    dialog.showModal();
    this.#place();
  }

  #place() {
    const { style, offsetWidth: width, offsetHeight: height } = this.#dialog;
    if (!this.#dialog.open) return;
    const at = this.#opener.getBoundingClientRect();
    const above = at.top - height - GAP;
    const left = Math.max(Math.min(at.left, innerWidth - width - GAP), GAP);
    const top = Math.max(above >= GAP ? above : Math.min(at.bottom + GAP, innerHeight - height - GAP), GAP);
    [style.left, style.top] = [`${left}px`, `${top}px`];
  }
}
