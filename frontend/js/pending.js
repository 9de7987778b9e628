/** Contributions that the service has not answered yet, kept so that a reload loses none. */

import { openKeptById } from './kept_by_id.js';

/** @typedef {import('./protocol.js').Contribution} Contribution */
/** @typedef {import('./kept_by_id.js').KeptById<Contribution>} Pending */

/** @returns {Promise<Pending>} */
export function openPending() {
  return openKeptById('midstroke', 'contributions');
}
