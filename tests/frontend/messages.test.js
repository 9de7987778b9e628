import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

import { MESSAGES } from './english.js';

const FRONTEND = new URL('../../frontend/', import.meta.url);
const LANGUAGES = Object.keys(MESSAGES['language.name']);
const OF_THE_SERVICE = ['language.direction', 'language.name'];

/** The forms of a message: one, or one by plural category. */
const forms = (message) => (typeof message === 'string' ? { other: message } : message);
const placeholders = (message) => [...new Set(Object.values(forms(message)).join(' ').match(/\{\w+\}/g) ?? [])].sort();

/** What the page's scripts and its HTML say, by file. */
function sources() {
  const scripts = readdirSync(new URL('js/', FRONTEND), { recursive: true }).filter((name) => name.endsWith('.js'));
  const code = (name) => readFileSync(new URL(name, FRONTEND), 'utf8').replaceAll(/\/\*\*.*?\*\//gs, '');
  return new Map([...scripts.map((name) => `js/${name}`), 'index.html'].map((name) => [name, code(name)]));
}

const GROUPS = new Set(Object.keys(MESSAGES).map((key) => key.split('.')[0]));

/** Keys that a source names: in HTML by `data-text...="key"`, in scripts as a string of a known group anywhere. */
function keysIn(name, source) {
  const pattern = name.endsWith('.html') ? /data-text(?:-\w+)?="([^"]+)"/g : /['"`]((?:[\w-]+\.)+[\w-]+)['"`]/g;
  const keys = [...source.matchAll(pattern)].map(([, key]) => key);
  return name.endsWith('.html') ? keys : keys.filter((key) => GROUPS.has(key.split('.')[0]) && !/\.(js|json|svg|png|zip)$/.test(key));
}

/** Beginnings of keys whose end is made of a value: text(`models.state.${state}`). */
function beginningsIn(source) {
  return [...source.matchAll(/[`']((?:[\w-]+\.)+[\w-]*)\$\{/g)].map(([, beginning]) => beginning);
}

test('the message file is sorted by key', () => {
  const keys = Object.keys(MESSAGES);

  assert.deepEqual(keys, [...keys].sort());
});

test('every message is in every language, with the same placeholders', () => {
  for (const [key, translations] of Object.entries(MESSAGES)) {
    assert.deepEqual(Object.keys(translations), LANGUAGES, key);
    for (const language of LANGUAGES) {
      assert.deepEqual(placeholders(translations[language]), placeholders(translations.en), `${key} in ${language}`);
      for (const form of Object.values(forms(translations[language]))) assert.ok(form.trim() !== '', `${key} in ${language} is empty`);
    }
  }
});

test('every plural has the forms that its language knows', () => {
  for (const [key, translations] of Object.entries(MESSAGES)) {
    for (const language of LANGUAGES) {
      if (typeof translations[language] === 'string') continue;
      const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories.filter((category) => category !== 'many');
      assert.deepEqual(Object.keys(translations[language]).sort(), [...needed].sort(), `${key} in ${language}`);
    }
  }
});

test('every key that the page names exists', () => {
  for (const [name, source] of sources()) {
    for (const key of keysIn(name, source)) assert.ok(key in MESSAGES, `${key}, named in ${name}`);
  }
});

test('no message is left over', () => {
  const all = [...sources()];
  const named = new Set([...all.flatMap(([name, source]) => keysIn(name, source)), ...OF_THE_SERVICE]);
  const beginnings = all.flatMap(([, source]) => beginningsIn(source));

  const unused = Object.keys(MESSAGES).filter((key) => !named.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)));

  assert.deepEqual(unused, []);
});

test('no element of the page has a text that is in one language alone', () => {
  const html = readFileSync(new URL('index.html', FRONTEND), 'utf8');

  const written = [...html.matchAll(/>([^<]*[a-z]{2}[^<]*)</gi)].map(([, words]) => words.trim());

  assert.deepEqual(written.filter((words) => words !== 'Midstroke'), []);
  assert.deepEqual(html.match(/\s(?:aria-label|title|alt|placeholder)="[^"]*"/g), null);
});
