/** Stores the receipts of this browser's drawings. A receipt lets its holder see, download and delete the drawing. */

import { useOf } from '../connection/protocol.js';
import { openRecordStore } from '../ui/record_store.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/**
 * @typedef {object} ReceiptRecord
 * @property {string} id of the drawing
 * @property {string} receipt
 * @property {number} label
 * @property {import('../connection/protocol.js').Use} use
 * @property {number} given ms since 1970
 * @property {readonly Stroke[]} strokes
 * @property {boolean} [deleting] it was asked for, and the service has not answered yet
 */
/** @typedef {import('../ui/record_store.js').RecordStore<ReceiptRecord>} Receipts */

/**
 * In a database of their own: an older page in another tab would hold up a change of the one that it has open.
 * @returns {Promise<Receipts>}
 */
export async function openReceipts() {
  /** @type {Receipts} */
  const store = await openRecordStore('midstroke-receipts', 'receipts');
  // Receipts of version 0.1 name validation drawings `judging`.
  return { ...store, all: async () => (await store.all()).map((one) => ({ ...one, use: useOf(one.use) })) };
}
