/** Decides whether answers may use the visitor's own drawings, and words what they do. No elements. */

import { classCount } from '../ui/language/symbols.js';
import { text } from '../ui/language/language.js';
import { wholePercent } from '../ui/language/words.js';

/** @typedef {import('../connection/protocol.js').PersonalState} PersonalState */
/** @typedef {{readonly contributor: string, readonly personal: boolean}} Identity what a hello says of the visitor */

const NOT_ME = 'midstroke.not-me';
const LEAST_READ = 5; // drawings: fewer say nothing about a gain

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

/**
 * The line beside the prediction; empty where there is nothing to say.
 * @param {Personal} personal
 * @param {number} used own drawings behind the latest prediction
 */
export function personalWords(personal, used) {
  if (personal.isSomeoneElse) return text('personal.not-used-other');
  if (!personal.isOn) return text('personal.not-used');
  return used > 0 ? text('personal.used', { count: used }) : '';
}

/**
 * What the drawings gain, once there is one of each digit; empty before.
 * @param {PersonalState | null} state
 */
export function gainWords(state) {
  const gain = state?.gain;
  if (!gain || state.digits < classCount() || gain.drawings < LEAST_READ) return '';
  const points = Math.round(100 * (gain.personal - gain.plain));
  if (points === 0) return text('personal.no-gain');
  return text(points > 0 ? 'personal.better' : 'personal.worse', { count: Math.abs(points) });
}

/**
 * How the gain was measured.
 * @param {PersonalState | null} state
 */
export function gainDetails(state) {
  const gain = state?.gain;
  if (!gain) return '';
  return text('personal.measured', { count: gain.drawings, plain: wholePercent(gain.plain), personal: wholePercent(gain.personal) });
}
