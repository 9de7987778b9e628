/** Tells which symbol set this page is for, by its address, and keeps what the browser stores of each set apart. */

const DIGITS = 'digits';

/**
 * The id of the set that a page's address names, as `/s/shapes/`; digits without one.
 * @param {string} address
 */
export function setIdOf(address) {
  return /\/s\/([a-z0-9][a-z0-9-]*)\/$/.exec(new URL('.', address).pathname)?.[1] ?? DIGITS;
}

/** The id of this page's set. */
export const setId = typeof document === 'undefined' ? DIGITS : setIdOf(document.baseURI);

/** Whether this page is for the set that ships. */
export const isDigits = setId === DIGITS;

/**
 * The name under which the browser stores something of this set; of digits the name that earlier releases use.
 * @param {string} name
 */
export function ofSet(name) {
  return isDigits ? name : `${name}.${setId}`;
}
