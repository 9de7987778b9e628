/** Decides whether answers may use the visitor's own drawings. No elements. */

/** @typedef {{readonly contributor: string, readonly personal: boolean}} Identity what a hello says of the visitor */

const NOT_ME = 'midstroke.not-me';

export class Personal {
  /** @type {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} */ #session;
  /** @type {string} */ #contributor;
  #someoneElse;
  #on = true;

  /**
   * @param {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>} session lasts as long as the tab
   * @param {string} contributor the token, a secret
   */
  constructor(session, contributor) {
    this.#session = session;
    this.#someoneElse = session.getItem(NOT_ME) !== null;
    this.#contributor = contributor;
  }

  /** Whether the visitor compares with or without the drawings. */
  get isOn() {
    return this.#on && !this.isSomeoneElse;
  }

  /** Whether somebody else than who gave the drawings uses this tab. */
  get isSomeoneElse() {
    return this.#someoneElse;
  }

  toggle() {
    this.#on = !this.#on;
  }

  /** @param {boolean} someoneElse */
  setSomeoneElse(someoneElse) {
    this.#someoneElse = someoneElse;
    try {
      if (someoneElse) this.#session.setItem(NOT_ME, '1');
      else this.#session.removeItem(NOT_ME);
    } catch {
      // A full storage: it holds until the page is left.
    }
    this.#on = true;
  }

  /**
   * The token goes out only with consent to the current terms, which say what it is used for.
   * @param {boolean} hasAgreed
   * @returns {Identity | null}
   */
  identity(hasAgreed) {
    return hasAgreed && !this.isSomeoneElse ? { contributor: this.#contributor, personal: this.#on } : null;
  }
}
