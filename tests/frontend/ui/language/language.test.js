import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { speak } from '../../english.js';
import { date, number, text, useCatalogue } from '../../../../frontend/js/ui/language/language.js';

afterEach(() => speak('en'));

function use(language, texts) {
  useCatalogue({ language, languages: {}, texts });
}

test('placeholders are replaced, numbers as the language writes them', () => {
  use('de', { sum: '{count} von {total}, {name}' });

  assert.equal(text('sum', { count: 3, total: 12345, name: '$& {count}' }), '3 von 12.345, $& {count}');
});

test('a text with plural forms takes the one of the count', () => {
  use('fr', { drawings: { one: '{count} dessin', other: '{count} dessins' } });

  assert.deepEqual([0, 1, 2].map((count) => text('drawings', { count })), ['0 dessin', '1 dessin', '2 dessins']);
});

test('a plural category without a form falls back to the general one', () => {
  use('fr', { drawings: { one: '{count} dessin', other: '{count} dessins' } });

  assert.match(text('drawings', { count: 1_000_000 }), /dessins$/); // French has a category for millions
});

test('a key without a text is shown as it is', () => {
  assert.equal(text('no.such.key'), 'no.such.key');
  assert.equal(text('constructor'), 'constructor');
});

test('numbers and dates follow the language', () => {
  process.env.TZ = 'UTC';
  const moment = Date.UTC(2026, 10, 21, 17, 45);
  const shown = ['en', 'fr', 'de', 'es'].map((language) => {
    speak(language);
    return [number(0.5, 1), date(moment, { day: 'numeric', month: 'short' })];
  });

  assert.deepEqual(shown, [['0.5', '21 Nov'], ['0,5', '21 nov.'], ['0,5', '21. Nov.'], ['0,5', '21 nov']]);
});
