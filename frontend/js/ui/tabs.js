/** Passes messages between the tabs of this page: by BroadcastChannel, or by storage events where it is missing. */

import { CONSENT } from './storage/local_settings.js';
import { ofSet } from './set_address.js';

/** @typedef {import('../connection/protocol.js').Counts} Counts */
/** @typedef {import('../my_drawings/receipts.js').ReceiptRecord} ReceiptRecord */
/**
 * @typedef {{readonly type: 'consent', readonly version: string | null} |
 *   {readonly type: 'accepted', readonly id: string, readonly use: import('../connection/protocol.js').Use,
 *     readonly counts: Counts} |
 *   {readonly type: 'refused', readonly id: string, readonly why: string} |
 *   {readonly type: 'receipt', readonly receipt: ReceiptRecord} |
 *   {readonly type: 'deleted', readonly id: string} |
 *   {readonly type: 'forgotten', readonly id: string}} TabMessage
 */

const CHANNEL = ofSet('midstroke');
const KEY = ofSet('midstroke.message');

export class Tabs {
  /** @type {BroadcastChannel | null} */ #channel = null;
  /** @type {Storage} */ #storage;

  /**
   * @param {Storage} storage shared by the tabs
   * @param {(message: TabMessage) => void} receive
   */
  constructor(storage, receive) {
    this.#storage = storage;
    // Tabs with version 0.1 send no messages, but they store the consent.
    addEventListener('storage', ({ key, newValue }) => {
      if (key === CONSENT) receive({ type: 'consent', version: newValue });
    });
    if (typeof BroadcastChannel === 'function') {
      this.#channel = new BroadcastChannel(CHANNEL);
      this.#channel.onmessage = ({ data }) => receive(data);
      return;
    }
    addEventListener('storage', ({ key, newValue }) => {
      if (key === KEY && newValue) receive(JSON.parse(newValue).message);
    });
  }

  /** @param {TabMessage} message to the other tabs */
  send(message) {
    if (this.#channel) this.#channel.postMessage(message);
    // Each value differs from the former: an equal one would raise no event.
    else this.#storage.setItem(KEY, JSON.stringify({ message, at: Date.now() + Math.random() }));
  }
}
