/** Asks for consent to store drawings, and lets the visitor withdraw it. */

import { byId } from '../ui/dom.js';
import { currentLanguage, text } from '../ui/language/language.js';
import { agreedConsent, setAgreedConsent } from '../ui/storage/local_settings.js';

/** @typedef {import('../connection/protocol.js').Consent} Terms */

export class Consent {
  /** @type {Storage} */ #storage;
  /** @type {Terms | null} */ #terms = null;
  /** @type {(version: string | null) => void} */ #decided;
  #agree = byId('agree', HTMLButtonElement);
  #canAsk = false;

  /**
   * @param {Storage} storage
   * @param {(version: string | null) => void} decided the visitor has agreed to this version, or has withdrawn
   */
  constructor(storage, decided) {
    this.#storage = storage;
    this.#decided = decided;
    this.#agree.addEventListener('click', () => this.#decide(this.#terms?.version ?? null));
    byId('withdraw', HTMLButtonElement).addEventListener('click', () => this.#decide(null));
  }

  /** The version of the current terms that the visitor agreed to, in whatever language; other terms need a new consent. */
  get agreed() {
    const agreed = agreedConsent(this.#storage);
    return this.#terms !== null && agreed !== null && original(agreed) === original(this.#terms.version) ? agreed : null;
  }

  /** What this browser has stored, whatever the current terms. */
  get stored() {
    return agreedConsent(this.#storage);
  }

  /** @param {Terms} terms */
  showTerms(terms) {
    const language = currentLanguage();
    // The first welcome comes before the hello that names the language.
    if (terms.language !== language && terms.languages?.includes(language)) return;
    this.#terms = terms;
    byId('consent-text', HTMLElement).textContent = terms.text;
    byId('consent-terms', HTMLElement).textContent = text('consent.terms', { licence: terms.licence, version: terms.version });
    this.#agree.disabled = !this.#canAsk;
  }

  /** Contribute is loaded: a digit is asked for as soon as the visitor agrees. */
  allow() {
    this.#canAsk = true;
    this.#agree.disabled = this.#terms === null;
  }

  /**
   * Takes over what was decided in another tab, which may not share this page's storage.
   * @param {string | null} version
   */
  adopt(version) {
    if (agreedConsent(this.#storage) !== version) setAgreedConsent(this.#storage, version);
  }

  /** @param {string | null} version */
  #decide(version) {
    setAgreedConsent(this.#storage, version);
    this.#decided(version);
  }
}

/**
 * The version whose translation this is, `2026-11-3` of `2026-11-3/fr`.
 * @param {string} version
 */
function original(version) {
  return version.split('/')[0];
}
