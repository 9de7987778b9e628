/** Shows the list "Your drawings" and deletes all of them on request. */

import { byId } from '../ui/dom.js';
import { ask } from '../ui/confirmation.js';
import { text } from '../ui/language/language.js';
import { download, remove, see, states } from './receipt_requests.js';
import { openReceipts } from './receipts.js';
import { MyDrawings } from './my_drawings.js';
import { DrawingItem } from './drawing_item.js';
import { summaryWords } from './my_drawings_words.js';

const SHOWN = 50; // at first and with each `Show older`: thousands of pictures would be slow

/**
 * Opens this browser's receipts and shows them; `load` reads them.
 * @param {(held: import('./receipts.js').ReceiptRecord) => void} deleted
 * @param {(id: string) => void} filtered
 * @param {(message: import('../ui/tabs.js').TabMessage) => void} tell the other tabs
 */
export function openMyDrawings(deleted, filtered, tell) {
  const receipts = openReceipts(() => view.show());
  const drawings = new MyDrawings({ receipts, remove, states, changed: () => view.show(), deleted, filtered, tell });
  const view = new MyDrawingsView(drawings);
  return drawings;
}

class MyDrawingsView {
  /** @type {MyDrawings} */ #drawings;
  #list = byId('my-drawings-list', HTMLElement);
  #words = byId('my-drawings-words', HTMLElement);
  #all = byId('my-drawings-all', HTMLElement);
  #older = byId('my-drawings-older', HTMLButtonElement);
  /** @type {Map<string, DrawingItem>} */ #items = new Map();
  #shown = SHOWN;

  /** @param {MyDrawings} drawings */
  constructor(drawings) {
    this.#drawings = drawings;
    byId('see-drawings', HTMLAnchorElement).addEventListener('click', () => this.#openNewest());
    byId('delete-all', HTMLButtonElement).addEventListener('click', () => void this.#askToDeleteAll());
    this.#older.addEventListener('click', () => {
      this.#shown += SHOWN;
      this.show();
    });
  }

  /** Shows the current list. */
  show() {
    const { list, unanswered, lasting } = this.#drawings;
    document.body.toggleAttribute('data-has-drawings', list.length > 0);
    document.body.toggleAttribute('data-memory-only', !lasting);
    const words = summaryWords(list, unanswered);
    if (this.#words.textContent !== words) this.#words.textContent = words;
    const shown = list.slice(0, this.#shown).map((drawn) => this.#item(drawn).element);
    // Moving an element that is in place would take its focus.
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
      see: (/** @type {import('./my_drawings.js').MyDrawing} */ drawn) => this.#see(drawn),
      download,
      delete: (/** @type {string} */ id) => this.#delete([id]),
      forget: (/** @type {string} */ id) => void this.#drawings.forget(id),
      gone: (/** @type {string} */ id) => void this.#drawings.noteDeleted(id),
    };
  }

  /** @param {import('./my_drawings.js').MyDrawing} drawn */
  async #see(drawn) {
    const kept = await see(drawn);
    this.#drawings.noteSeen(drawn.id, kept);
    return kept;
  }

  #kept() {
    return this.#drawings.list.filter(({ status }) => status === 'kept').map(({ id }) => id);
  }

  async #askToDeleteAll() {
    const ids = this.#kept();
    const words = text('mine.ask-delete-all', { count: ids.length });
    if (await ask(this.#all, { words, yes: text('mine.delete-all'), no: text('mine.keep-all') })) this.#delete(ids);
  }

  /** @param {readonly string[]} ids */
  #delete(ids) {
    void this.#drawings.delete(ids);
    // The focused button is gone; this line reports the deletion.
    this.#words.focus();
  }

  #openNewest() {
    const newest = this.#drawings.list.find(({ status }) => status === 'kept');
    const item = newest && this.#items.get(newest.id);
    if (item && !item.isOpen) void item.toggle();
  }
}
