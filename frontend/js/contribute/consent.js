/** Asks for consent to store drawings, and lets the visitor withdraw it. */

import { byId } from '../ui/dom.js';
import { agreedConsent, setAgreedConsent } from '../ui/local_settings.js';

/** @typedef {import('../connection/protocol.js').Consent} Terms */

export class Consent {
  /** @type {Storage} */ #storage;
  /** @type {Terms | null} */ #terms = null;
  /** @type {() => void} */ #changed;

  /**
   * @param {Storage} storage
   * @param {() => void} changed
   */
  constructor(storage, changed) {
    this.#storage = storage;
    this.#changed = changed;
    byId('agree', HTMLButtonElement).addEventListener('click', () => this.#set(this.#terms?.version ?? null));
    byId('withdraw', HTMLButtonElement).addEventListener('click', () => this.#set(null));
  }

  /** The version of the current terms if the visitor agreed to it; other terms need a new consent. */
  get agreed() {
    const agreed = agreedConsent(this.#storage);
    return this.#terms !== null && agreed === this.#terms.version ? agreed : null;
  }

  /** @param {Terms} terms */
  showTerms(terms) {
    this.#terms = terms;
    byId('consent-text', HTMLElement).textContent = terms.text;
    byId('consent-terms', HTMLElement).textContent = `Licence ${terms.licence}, terms of version ${terms.version}.`;
    byId('agree', HTMLButtonElement).disabled = false;
    this.#changed();
  }

  /** @param {string | null} version */
  #set(version) {
    setAgreedConsent(this.#storage, version);
    this.#changed();
  }
}
