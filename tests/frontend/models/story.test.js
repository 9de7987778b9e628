import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { accuracyAt, chaptersOf } from '../../../frontend/js/models/story.js';
import { refusalWords, versionStory } from '../../../frontend/js/models/version_words.js';

const ink = [0.5, 1];
const metrics = (accuracy, judged_on, set) => ({ judged_on, set, drawings: 9, ink, accuracy, mean: 0.5, at_50: accuracy[0], at_100: accuracy[1], recall: [] });
const row = (name, source, year, accuracy, more = {}) => ({ name, source, year, ink, accuracy, trained_on: 'ours, every stage', ...more });
const ROWS = [
  row('PCA', 'blog post', 2013, [0.3, 0.4]),
  row('PCA', 'blog post', 2013, [0.1, 0.4], { trained_on: 'ours, finished' }),
  row('Softmax of 2016', 'blog post', 2016, [0.28, 0.31]),
  row('path', 'Midstroke', 2026, [0.7, 0.9], { trained_on: '9 of ours', note: '20260101T000000Z-aaaaaa, judged on 9 drawings' }),
];
const CARD = { family: 'path', version: '20260301T000000Z-bbbbbb', metrics: metrics([0.8, 0.95], '20 drawings', 'b') };

test('the story has now, the first version, 2013 and 2016, the oldest first', () => {
  const chapters = chaptersOf(CARD, ROWS);

  assert.deepEqual(chapters.map(({ age, accuracy }) => [age, accuracyAt({ ink, accuracy }, 0.5)]), [['2013', 0.3], ['2016', 0.28], ['first', 0.7], ['now', 0.8]]);
  assert.deepEqual([...new Set(chapters.map(({ measured }) => measured))], ['9 drawings', '20 drawings']);
});

test('the first version is the oldest that was measured on the same drawings as the present one', () => {
  const evaluations = ['20260102', '20260201'].map((day, i) => ({ version: `${day}T000000Z-cccccc`, ...metrics([0.6 + i / 10, 0.9], '20 drawings', 'b') }));

  const first = chaptersOf({ ...CARD, evaluations }, ROWS).find(({ age }) => age === 'first');

  assert.deepEqual(first.accuracy, [0.6, 0.9]);
  assert.equal(first.measured, '20 drawings');
});

test('without a comparison or a card there is what is known', () => {
  assert.deepEqual(chaptersOf(CARD, []).map(({ age }) => age), ['now']);
  assert.deepEqual(chaptersOf(undefined, []), []);
});

/** Figures keep to their unit by a space that does not break. */
const plain = (words) => words.replaceAll('\u00a0', ' ');

const VERSION = { family: 'path', version: 'v2', created_at: '', accepted: true, serving: true, reasons: [], drawings: 500, new_drawings: 20, mean: 0.79, replaces: 'v1', mean_before: 0.77 };

test('a version is described in a sentence', () => {
  assert.equal(
    plain(versionStory(VERSION)),
    '“Reads the pen’s path” was replaced by a newer version: right guesses rose from 77.0 % to 79.0 %, counted at all moments of a drawing. It learned from 20 new drawings.',
  );
  assert.match(versionStory({ ...VERSION, replaces: null, new_drawings: null }), /began, from 500 drawings: 79\.0.%/);
});

test('a refusal says in plain words what would have become worse', () => {
  const reasons = [
    'Passed: all stages together: 79.0 % read correctly, the current version 78.0 %; a loss of up to 0.5 points is allowed.',
    'Failed: finished 7s: 91.0 % read correctly, the current version 95.5 %; a loss of up to 3.0 points is allowed.',
    'Failed: drawings early (10 to 40 % of the ink): 51.0 % read correctly, the first version 55.5 %; a loss of up to 1.0 points is allowed.',
    'worse at half ink',
  ];

  assert.deepEqual(refusalWords(reasons).map(plain), [
    'it read finished 7s worse: 91.0 % correct in place of 95.5 %',
    'it read drawings that have just begun worse: 51.0 % correct in place of 55.5 %',
    'worse at half ink',
  ]);
});
