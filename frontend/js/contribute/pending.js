/** Contributions that the service has not answered yet, kept so that a reload loses none. */

import { openRecordStore } from '../ui/record_store.js';

/** @typedef {import('../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../ui/record_store.js').RecordStore<Contribution>} Pending */

/** @returns {Promise<Pending>} */
export function openPending() {
  return openRecordStore('midstroke', 'contributions');
}
