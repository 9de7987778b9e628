/** Stores the receipts of this browser's drawings. A receipt lets its holder see, download and delete the drawing. */

import { useOf } from '../connection/protocol.js';
import { openRecordStore } from '../ui/storage/record_store.js';
import { ofSet } from '../ui/language/symbols.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/**
 * @typedef {object} ReceiptRecord
 * @property {string} id of the drawing
 * @property {string} receipt
 * @property {import('../ui/language/symbols.js').Label} label
 * @property {import('../connection/protocol.js').Use} use
 * @property {number} given ms since 1970
 * @property {readonly Stroke[]} strokes
 * @property {boolean} [filtered] the label filter left it out of training
 * @property {boolean} [deleting] it was asked for, and the service has not answered yet
 */
/** @typedef {import('../ui/storage/record_store.js').RecordStore<ReceiptRecord>} Receipts */

/**
 * In a database of their own: an older page in another tab would block an upgrade of the one that it has open.
 * @param {() => void} changed whether receipts last has changed
 * @returns {Receipts}
 */
export function openReceipts(changed) {
  /** @type {Receipts} */
  const store = openRecordStore(ofSet('midstroke-receipts'), 'receipts', changed);
  return {
    get lasting() {
      return store.lasting;
    },
    add: (receipt) => store.add(receipt),
    remove: (id) => store.remove(id),
    // Receipts of version 0.1 name validation drawings `judging`.
    all: async () => (await store.all()).map((one) => ({ ...one, use: useOf(one.use) })),
  };
}
