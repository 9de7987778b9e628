import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { ancestorsOf, bySource, comparisonSet, familyRow, linesOf, sourceWords } from '../../../frontend/js/models/baselines.js';
import { spread } from '../../../frontend/js/models/chart.js';

const INK = [0.5, 1];
const FINISHED = row({ name: 'SVC', trained_on: 'ours, finished', ink: INK, accuracy: [0.2, 0.9] });
const EVERY_STAGE = row({ name: 'SVC', trained_on: 'ours, every stage', ink: INK, accuracy: [0.5, 0.6] });
const NOT_MEASURED = row({ name: 'MLP', source: 'load_digits tutorial', claimed: 0.91, trained_on: 'ours, every stage' });
const OLD_SOFTMAX = row({ name: 'softmax', source: 'Midstroke', year: 2026, ink: INK, accuracy: [0.1, 0.2] });
const ROWS = [NOT_MEASURED, FINISHED, EVERY_STAGE, OLD_SOFTMAX];

function row(fields) {
  const empty = { ink: [], accuracy: [], claimed: null, came_out: null, mean: null, at_50: null, at_100: null };
  return { name: '', source: 'MNIST tutorial', year: null, trained_on: '', ...empty, ...fields };
}

function card(family, accuracy) {
  const metrics = { judged_on: '9 drawings', ink: INK, accuracy, mean: 0.7, at_50: accuracy[0], at_100: accuracy[1] };
  return { family, version: '20261121T034500Z-1f2e3d', metrics, trained_on: { drawings: 19211 } };
}

test('figures of our families come from their cards, not from the file', () => {
  const family = familyRow(card('softmax', [0.69, 0.89]), '9 drawings');

  assert.ok(ancestorsOf(ROWS).every(({ source }) => source !== 'Midstroke'));
  assert.deepEqual([family.name, family.year, family.at_50, family.at_100], ['softmax', 2026, 0.69, 0.89]);
  assert.equal(family.trained_on, '19,211 of ours');
});

test('a continued version is compared by the figures of the version that was measured on the same drawings', () => {
  const first = { version: '20261121T034500Z-1f2e3d', ...card('path', [0.82, 0.982]).metrics, judged_on: '1699 drawings' };
  const metrics = { ...card('path', [0.99, 1]).metrics, judged_on: '200 reference drawings', set: 'abc' };
  const continued = { ...card('path', []), version: '20261122T000000Z-aaaaaa', metrics, evaluations: [first] };

  const row = familyRow(continued, '1699 drawings');

  assert.equal(row.at_100, 0.982);
  assert.match(row.trained_on, /figures of its version trained 21 Nov/);
  assert.match(row.note, /1699 drawings/);
});

test('a family that was never measured on these drawings has no figures beside them', () => {
  const row = familyRow(card('path', [0.99, 1]), '1699 drawings');

  assert.deepEqual([row.mean, row.at_50, row.at_100], [null, null, null]);
  assert.match(row.trained_on, /not measured/);
  assert.deepEqual(linesOf([], [row]), []);
});

test('the comparison names the set of the file, else that of the best family', () => {
  const file = [row({ source: 'Midstroke', note: 'v1, judged on 1699 drawings by 35 held-out contributors' })];

  assert.equal(comparisonSet(file, []), '1699 drawings by 35 held-out contributors');
  assert.equal(comparisonSet(ROWS, [card('path', [0.9, 1])]), '9 drawings');
});

test('the chart compares models trained on every stage, the best on top', () => {
  const families = [card('path', [0.84, 0.98]), card('softmax', [0.69, 0.89])].map((each) => familyRow(each, '9 drawings'));

  const lines = linesOf(ancestorsOf(ROWS), families);

  assert.deepEqual(
    lines.map(({ name, kind, accuracy }) => [name, kind, accuracy]),
    [
      ['SVC', 'ancestor', [0.5, 0.6]],
      ['softmax', 'ours', [0.69, 0.89]],
      ['path', 'best', [0.84, 0.98]],
    ],
  );
});

test('rows of one source stand together in the order of the file', () => {
  const groups = bySource(ROWS);

  assert.deepEqual(groups.map((rows) => rows.length), [1, 2, 1]);
  assert.deepEqual(groups.flat(), ROWS);
  assert.deepEqual([sourceWords('blog post', 2016), sourceWords('MNIST tutorial', null)], ['2016, blog post', 'MNIST tutorial']);
});

test('names beside lines that end close together keep apart, in order and within the chart', () => {
  const heights = [100, 10, 101, 102, 200, 199];

  const moved = spread(heights, 13, 205);

  const order = [1, 0, 2, 3, 5, 4].map((i) => moved[i]);
  assert.ok(order.slice(1).every((height, i) => height - order[i] >= 13));
  assert.ok(Math.max(...moved) <= 205);
  assert.deepEqual([moved[1], moved[0]], [10, 100]);
});
