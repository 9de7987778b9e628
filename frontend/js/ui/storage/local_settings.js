/** Reads and writes the small settings that this browser keeps: contributor token, consent, chosen models. */

import { randomToken } from '../random_id.js';
import { ofSet } from '../set_address.js';

const TOKEN = 'midstroke.contributor';
export const CONSENT = ofSet('midstroke.consent');
const CHOICE = ofSet('midstroke.wish'); // the name of version 0.1

/** @typedef {import('../../watch/model_choice/model_selection.js').ModelChoice} ModelChoice */

/** @param {Storage} storage */
export function contributorToken(storage) {
  const kept = storage.getItem(TOKEN);
  if (kept) return kept;
  const token = randomToken();
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
 * localStorage where the browser allows it; what can't be stored there lasts as long as the page. No method throws.
 * @returns {Storage}
 */
export function pageStorage() {
  /** @type {Map<string, string | null>} what localStorage did not take; null: not even the removal */
  const unstored = new Map();
  const items = () => [...unstored].filter(([, value]) => value !== null).map(([key]) => key);
  return {
    get length() {
      return attempt((stored) => stored.length, 0) + items().length;
    },
    clear: () => {
      unstored.clear();
      attempt((stored) => stored.clear(), undefined);
    },
    getItem: (key) => (unstored.has(key) ? (unstored.get(key) ?? null) : attempt((stored) => stored.getItem(key), null)),
    key: (index) => attempt((stored) => stored.key(index), null) ?? items()[index] ?? null,
    removeItem: (key) => {
      unstored.delete(key);
      if (!attempt((stored) => (stored.removeItem(key), true), false)) unstored.set(key, null);
    },
    setItem: (key, value) => {
      unstored.delete(key);
      if (!attempt((stored) => (stored.setItem(key, value), true), false)) unstored.set(key, value);
    },
  };
}

/**
 * sessionStorage where the browser allows it; otherwise what lasts as long as the page. No method throws.
 * @returns {Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>}
 */
export function tabStorage() {
  try {
    sessionStorage.getItem('');
    return sessionStorage;
  } catch {
    /** @type {Map<string, string>} */
    const items = new Map();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => void items.delete(key),
    };
  }
}

/** Whether this browser keeps settings between visits. */
export function settingsLast() {
  const probe = 'midstroke.probe';
  return attempt((stored) => (stored.setItem(probe, ''), stored.removeItem(probe), true), false);
}

/**
 * @template T
 * @param {(stored: Storage) => T} work
 * @param {T} otherwise where there is no localStorage, or it is full or forbidden
 * @returns {T}
 */
function attempt(work, otherwise) {
  try {
    return work(localStorage);
  } catch {
    return otherwise;
  }
}
