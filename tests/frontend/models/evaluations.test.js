import assert from 'node:assert/strict';
import { test } from 'node:test';

import { resultOn, resultsBySet } from '../../../frontend/js/models/evaluations.js';

const FIRST = '20261121T034500Z-1f2e3d';
const CONTINUED = '20261122T034500Z-aaaaaa';

function metrics(judged_on, at_100, set) {
  return { judged_on, set, drawings: 1, ink: [1], accuracy: [at_100], mean: at_100, at_50: at_100, at_100, recall: [] };
}

const CARD = {
  version: CONTINUED,
  metrics: metrics('200 reference drawings', 1, 'r'),
  evaluations: [
    { version: CONTINUED, ...metrics('200 reference drawings', 1, 'r') },
    { version: FIRST, ...metrics('200 reference drawings', 0.995, 'r') },
    { version: FIRST, ...metrics('1699 drawings', 0.982) },
  ],
};

test('results of different sets are kept apart, the own version first', () => {
  const sets = resultsBySet(CARD);

  assert.deepEqual(
    sets.map(({ words, results }) => [words, results.map(({ version, metrics }) => [version, metrics.at_100])]),
    [
      ['200 reference drawings', [[CONTINUED, 1], [FIRST, 0.995]]],
      ['1699 drawings', [[FIRST, 0.982]]],
    ],
  );
});

test('a card of the first releases has its one set', () => {
  const sets = resultsBySet({ version: FIRST, metrics: metrics('1699 drawings', 0.982) });

  assert.deepEqual(sets.map(({ words }) => words), ['1699 drawings']);
});

test('sets with the same words and other drawings are not mixed', () => {
  const card = { version: CONTINUED, metrics: metrics('20 drawings', 1, 'a'), evaluations: [{ version: FIRST, ...metrics('20 drawings', 0.9, 'b') }] };

  assert.equal(resultsBySet(card).length, 2);
});

test('the newest version that was measured on a set stands for the family', () => {
  assert.equal(resultOn(CARD, '1699 drawings')?.version, FIRST);
  assert.equal(resultOn(CARD, '200 reference drawings')?.version, CONTINUED);
  assert.equal(resultOn(CARD, '5 drawings'), null);
});
