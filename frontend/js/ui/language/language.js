/** The page's texts in the visitor's language: `text('watch.hint', { percent: 41 })`. `messages.json` has them all. */

import { isDigits } from '../set_address.js';
import { pageStorage, settingsLast } from '../storage/local_settings.js';

/** @typedef {string | Readonly<Record<string, string>>} Message a text, or its plural forms by category of `count` */
/** @typedef {{readonly language: string, readonly languages: Readonly<Record<string, string>>,
 *   readonly texts: Readonly<Record<string, Message>>}} Catalogue */

const KEY = 'midstroke.language'; // also in first_paint.js
const PATIENCE_MS = 5000; // then the page shows itself in the language that it came in
const ATTRIBUTES = { label: 'aria-label', title: 'title', content: 'content' };

/** @type {Catalogue} */
let catalogue = { language: 'en', languages: {}, texts: {} };
let isTranslated = false; // the page came in another language
let locale = 'en-GB';
let plurals = new Intl.PluralRules(locale);
/** @type {Map<string, Intl.NumberFormat>} */
const numberFormats = new Map();
/** @type {Set<string>} */
const loaded = new Set(); // groups

/**
 * Uses these texts from now on.
 * @param {Catalogue} chosen
 */
export function useCatalogue(chosen) {
  catalogue = chosen;
  locale = String(chosen.texts['language.locale'] ?? chosen.language);
  plurals = new Intl.PluralRules(locale);
  numberFormats.clear();
}

/** The code of the language that the page is shown in. */
export function currentLanguage() {
  return catalogue.language;
}

/** The languages of the page, each named in itself, by code. */
export function languageNames() {
  return catalogue.languages;
}

/**
 * The text in the visitor's language. `{name}` is replaced by `values.name`, numbers as the language writes them; a text
 * with plural forms takes the one of `values.count`.
 * @param {string} key
 * @param {Readonly<Record<string, string | number>>} [values]
 */
export function text(key, values = {}) {
  const own = ofThisSet(key);
  const message = Object.hasOwn(catalogue.texts, own) ? catalogue.texts[own] : key;
  const pattern = typeof message === 'string' ? message : (message[plurals.select(Number(values.count))] ?? message.other);
  return pattern.replaceAll(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === 'number' ? number(value) : value;
  });
}

/**
 * Texts that speak of digits have others for the pages of other symbol sets: `draw.any` is `set.draw-any` there.
 * @param {string} key
 */
function ofThisSet(key) {
  const own = `set.${key.replace('.', '-')}`;
  return !isDigits && Object.hasOwn(catalogue.texts, own) ? own : key;
}

/**
 * Reads the texts of a view that is opened seldom, once.
 * @param {string} group the first part of their keys
 * @returns {Promise<boolean>} false where they can't be had
 */
export async function loadTexts(group) {
  if (loaded.has(group)) return true;
  const texts = await fetchJson(`messages/${catalogue.language}/${group}.json`);
  if (texts === null) return false;
  catalogue = { ...catalogue, texts: { ...catalogue.texts, ...texts } };
  loaded.add(group);
  if (isTranslated) fillElements();
  return true;
}

/** Whether there is a text of this key: for keys made of what a service sends. @param {string} key */
export function hasText(key) {
  return Object.hasOwn(catalogue.texts, key);
}

/**
 * @param {number} value
 * @param {number} [decimals]
 */
export function number(value, decimals) {
  const key = String(decimals);
  let format = numberFormats.get(key);
  if (!format) {
    const digits = decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    numberFormats.set(key, (format = new Intl.NumberFormat(locale, digits)));
  }
  return format.format(value);
}

/**
 * @param {Date | number | string} time a date, ms since 1970, or ISO 8601
 * @param {Intl.DateTimeFormatOptions} options
 */
export function date(time, options) {
  return new Date(time).toLocaleString(locale, options);
}

/**
 * @param {readonly string[]} parts joined as the language joins a list without a last "and"
 */
export function listed(parts) {
  return new Intl.ListFormat(locale, { type: 'unit', style: 'short' }).format(parts);
}

/**
 * Shows the page in another language: it is loaded again, and keeps its drawings.
 * @param {string} language
 * @returns {Promise<boolean>} false where its texts can't be had: the page stays as it is
 */
export async function switchLanguage(language) {
  if (!(await fetchCatalogue(language))) return false;
  if (settingsLast()) pageStorage().setItem(KEY, language);
  else history.replaceState({ ...history.state, [KEY]: language }, '');
  location.reload();
  return true;
}

/**
 * The texts of elements that the HTML names by `data-text`, `data-text-label`, `-title` and `-content`. Those of a group that is
 * not loaded yet stay as they are: their view is not shown before.
 */
function fillElements() {
  for (const element of document.querySelectorAll('[data-text]')) {
    const key = element.getAttribute('data-text') ?? '';
    if (hasText(key)) element.textContent = text(key);
  }
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const element of document.querySelectorAll(`[data-text-${name}]`)) {
      const key = element.getAttribute(`data-text-${name}`) ?? '';
      if (hasText(key)) element.setAttribute(attribute, text(key));
    }
  }
}

/**
 * @param {string} language
 * @returns {Promise<Catalogue | null>} null where it can't be had
 */
function fetchCatalogue(language) {
  return fetchJson(`messages/${language}.json`);
}

/** @param {string} url */
async function fetchJson(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** The texts that the service has written into the page; its catalogue leaves them out. */
function writtenTexts() {
  /** @type {Record<string, string>} */
  const texts = {};
  for (const one of document.querySelectorAll('[data-text]')) texts[one.getAttribute('data-text') ?? ''] = one.textContent ?? '';
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const one of document.querySelectorAll(`[data-text-${name}]`)) {
      texts[one.getAttribute(`data-text-${name}`) ?? ''] = one.getAttribute(attribute) ?? '';
    }
  }
  return texts;
}

/** The service has written the browser's language into the page; one that the visitor chose replaces it. */
async function start() {
  const written = document.getElementById('texts')?.textContent;
  if (written) {
    const embedded = JSON.parse(written);
    useCatalogue({ ...embedded, texts: { ...writtenTexts(), ...embedded.texts } });
  }
  const chosen = pageStorage().getItem(KEY) ?? history.state?.[KEY] ?? null;
  if (chosen !== null && chosen !== catalogue.language && Object.hasOwn(catalogue.languages, chosen)) {
    const fetched = await fetchCatalogue(chosen);
    if (fetched) {
      useCatalogue(fetched);
      isTranslated = true;
      document.documentElement.lang = chosen;
      document.documentElement.dir = text('language.direction');
      fillElements();
    }
  }
  if (!isDigits) {
    await loadTexts('set');
    fillElements(); // the service has written those of digits
  }
  document.documentElement.removeAttribute('data-translating');
}

// Before the modules that import this one: none of them runs without texts. Tests without a page bring their own.
if (typeof document !== 'undefined') await start();
