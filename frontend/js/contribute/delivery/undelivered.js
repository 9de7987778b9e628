/** Shows drawings that can never be delivered, and keeps each until the visitor has downloaded or discarded it. */

import { byId, element, save } from '../../ui/dom.js';
import { nameOfLabel } from '../../ui/language/symbols.js';
import { text } from '../../ui/language/language.js';

/** @typedef {import('../../connection/protocol.js').Contribution} Contribution */
/** @typedef {{readonly id: string, readonly why: string, readonly contribution: Contribution}} Undelivered */

export class UndeliveredView {
  #list = byId('undelivered', HTMLElement);
  /** @type {import('../../ui/storage/record_store.js').RecordStore<Undelivered>} */ #store;

  /** @param {import('../../ui/storage/record_store.js').RecordStore<Undelivered>} store */
  constructor(store) {
    this.#store = store;
  }

  /** Shows those of earlier visits. */
  async load() {
    for (const undelivered of await this.#store.all()) this.#show(undelivered);
  }

  /**
   * @param {Contribution} contribution
   * @param {string} why
   */
  add(contribution, why) {
    const undelivered = { id: contribution.id, why, contribution };
    void this.#store.add(undelivered);
    this.#show(undelivered);
  }

  /** @param {Undelivered} undelivered */
  #show({ id, why, contribution }) {
    if ([...this.#list.children].some((shown) => shown instanceof HTMLElement && shown.dataset.id === id)) return;
    const words = element('span', {}, text('undelivered.words', { digit: nameOfLabel(contribution.label), why }));
    const download = element('button', {}, text('undelivered.download'));
    const discard = element('button', {}, text('undelivered.discard'));
    const item = element('li', { 'data-id': id }, words, download, discard);
    const drop = () => {
      item.remove();
      void this.#store.remove(id);
    };
    download.addEventListener('click', () => {
      save(new Blob([JSON.stringify(contribution)], { type: 'application/json' }), `midstroke-${contribution.label}-${id.slice(0, 8)}.json`);
      drop();
    });
    discard.addEventListener('click', drop);
    this.#list.append(item);
  }
}
