/** "Your drawings": the list of those that were given from this browser, and deleting them all. */

import { byId } from '../ui/dom.js';
import { ask } from '../ui/confirmation.js';
import { download, remove, see } from './receipt_requests.js';
import { openReceipts } from './receipts.js';
import { whole } from '../ui/words.js';
import { MyDrawings } from './my_drawings.js';
import { DrawingItem } from './drawing_item.js';
import { summaryWords } from './my_drawings_words.js';

const SHOWN = 50; // at first, and more with each asking: thousands of pictures would take their time

/**
 * Opens the receipts that this browser holds, and shows them from then on; `load` reads them.
 * @param {(held: import('./receipts.js').ReceiptRecord) => void} deleted
 */
export async function openMyDrawings(deleted) {
  const yours = new MyDrawings({ receipts: await openReceipts(), remove, changed: () => view.show(), deleted });
  const view = new MyDrawingsView(yours);
  return yours;
}

class MyDrawingsView {
  /** @type {MyDrawings} */ #yours;
  #list = byId('my-drawings-list', HTMLElement);
  #words = byId('my-drawings-words', HTMLElement);
  #all = byId('my-drawings-all', HTMLElement);
  #older = byId('my-drawings-older', HTMLButtonElement);
  /** @type {Map<string, DrawingItem>} */ #items = new Map();
  #shown = SHOWN;

  /** @param {MyDrawings} yours */
  constructor(yours) {
    this.#yours = yours;
    byId('see-drawings', HTMLAnchorElement).addEventListener('click', () => this.#openNewest());
    byId('delete-all', HTMLButtonElement).addEventListener('click', () => void this.#askToDeleteAll());
    this.#older.addEventListener('click', () => {
      this.#shown += SHOWN;
      this.show();
    });
  }

  /** Shows the list as it stands. */
  show() {
    const { list, unanswered, lasting } = this.#yours;
    document.body.toggleAttribute('data-has-drawings', list.length > 0);
    document.body.toggleAttribute('data-memory-only', !lasting);
    const words = summaryWords(list, unanswered);
    if (this.#words.textContent !== words) this.#words.textContent = words;
    const shown = list.slice(0, this.#shown).map((drawn) => this.#item(drawn).element);
    // Moving what is in its place already would take the focus from it.
    if (shown.some((item, i) => this.#list.children[i] !== item) || this.#list.children.length !== shown.length) {
      this.#list.replaceChildren(...shown);
    }
    this.#older.hidden = list.length <= this.#shown;
    this.#all.hidden = this.#kept().length < 2;
  }

  /** @param {import('./my_drawings.js').MyDrawing} drawn */
  #item(drawn) {
    const known = this.#items.get(drawn.id);
    known?.update(drawn);
    const item = known ?? new DrawingItem(drawn, this.#actions());
    this.#items.set(drawn.id, item);
    return item;
  }

  #actions() {
    return {
      see,
      download,
      delete: (/** @type {string} */ id) => this.#delete([id]),
      forget: (/** @type {string} */ id) => void this.#yours.forget(id),
      gone: (/** @type {string} */ id) => void this.#yours.noteDeleted(id),
    };
  }

  #kept() {
    return this.#yours.list.filter(({ status }) => status === 'kept').map(({ id }) => id);
  }

  async #askToDeleteAll() {
    const ids = this.#kept();
    const words = `Delete all ${whole(ids.length)} drawings for good?`;
    if (await ask(this.#all, { words, yes: 'Delete all', no: 'Keep them' })) this.#delete(ids);
  }

  /** @param {readonly string[]} ids */
  #delete(ids) {
    void this.#yours.delete(ids);
    // The button that had the focus is gone; what becomes of the drawing is told here.
    this.#words.focus();
  }

  #openNewest() {
    const newest = this.#yours.list.find(({ status }) => status === 'kept');
    const item = newest && this.#items.get(newest.id);
    if (item && !item.isOpen) void item.toggle();
  }
}
