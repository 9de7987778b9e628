/** The receipts of what was given from this browser. Whoever holds one can see, download and delete its drawing. */

import { openKeptById } from '../ui/record_store.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/**
 * @typedef {object} Held
 * @property {string} id of the drawing
 * @property {string} receipt
 * @property {number} label
 * @property {'training' | 'judging'} use
 * @property {number} given ms since 1970
 * @property {readonly Stroke[]} strokes
 * @property {boolean} [deleting] it was asked for, and the service has not answered yet
 */
/** @typedef {import('../ui/record_store.js').KeptById<Held>} Receipts */

/**
 * In a database of their own: an older page in another tab would hold up a change of the one that it has open.
 * @returns {Promise<Receipts>}
 */
export function openReceipts() {
  return openKeptById('midstroke-receipts', 'receipts');
}
