/** Reads and writes the small settings that this browser keeps: contributor token, consent, chosen models. */

const TOKEN = 'midstroke.contributor';
const CONSENT = 'midstroke.consent';
const CHOICE = 'midstroke.wish';

/** @typedef {import('../watch/model_selection.js').ModelChoice} ModelChoice */

/** @param {Storage} storage */
export function contributorToken(storage) {
  const kept = storage.getItem(TOKEN);
  if (kept) return kept;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const token = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  storage.setItem(TOKEN, token);
  return token;
}

/**
 * The version of the consent that was agreed to, if any.
 * @param {Storage} storage
 */
export function agreedConsent(storage) {
  return storage.getItem(CONSENT);
}

/**
 * @param {Storage} storage
 * @param {string | null} version null withdraws
 */
export function setAgreedConsent(storage, version) {
  if (version === null) storage.removeItem(CONSENT);
  else storage.setItem(CONSENT, version);
}

/**
 * @param {Storage} storage
 * @returns {ModelChoice}
 */
export function readModelChoice(storage) {
  const [family = '', compare = ''] = (storage.getItem(CHOICE) ?? '').split(' ');
  return { family, compare };
}

/**
 * @param {Storage} storage
 * @param {ModelChoice} choice
 */
export function saveModelChoice(storage, { family, compare }) {
  storage.setItem(CHOICE, `${family} ${compare}`);
}

/**
 * localStorage, or a storage that lasts as long as the page where the browser allows none.
 * @returns {Storage}
 */
export function pageStorage() {
  try {
    localStorage.setItem('midstroke.probe', '');
    localStorage.removeItem('midstroke.probe');
    return localStorage;
  } catch {
    return forgetfulStorage();
  }
}

/** @returns {Storage} */
function forgetfulStorage() {
  /** @type {Map<string, string>} */
  const items = new Map();
  return {
    get length() {
      return items.size;
    },
    clear: () => items.clear(),
    getItem: (key) => items.get(key) ?? null,
    key: (index) => [...items.keys()][index] ?? null,
    removeItem: (key) => void items.delete(key),
    setItem: (key, value) => void items.set(key, value),
  };
}
