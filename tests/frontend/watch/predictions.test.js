import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IDLE, answered, maySend, sent } from '../../../frontend/js/connection/pacing.js';
import { guessOf, leadingOf, median, takePrediction } from '../../../frontend/js/watch/predictions.js';

const TEN = [0.01, 0.9, 0.01, 0.01, 0.01, 0.01, 0.01, 0.02, 0.01, 0.01];

function prediction(family, drawing, seq) {
  return { type: 'prediction', drawing, seq, family, model: 'v', probabilities: TEN };
}

test('a newer prediction takes the place of the older of its family', () => {
  const first = takePrediction({}, prediction('softmax', 1, 5), 1);

  const second = takePrediction(first, prediction('softmax', 1, 6), 1);

  assert.equal(second.softmax.seq, 6);
  assert.equal(first.softmax.seq, 5);
});

test('one of an older drawing, or of an older snapshot, is dropped', () => {
  const latest = takePrediction({}, prediction('softmax', 2, 5), 2);

  assert.equal(takePrediction(latest, prediction('softmax', 1, 9), 2), latest);
  assert.equal(takePrediction(latest, prediction('softmax', 2, 5), 2), latest);
  assert.equal(takePrediction(latest, prediction('softmax', 2, 4), 2), latest);
});

test('families are read side by side', () => {
  const one = takePrediction({}, prediction('softmax', 1, 5), 1);

  const both = takePrediction(one, prediction('path', 1, 4), 1);

  assert.deepEqual(Object.keys(both), ['softmax', 'path']);
});

test('the guess is the likeliest digit; ten equal shares are none', () => {
  assert.deepEqual(leadingOf(TEN), { digit: 1, probability: 0.9 });
  assert.equal(leadingOf(Array(10).fill(0.1)), null);
});

test('a guess is unsure or settled only where the service says so', () => {
  const found = [[null, null], [true, false], [false, true]].map(([unsure, settled]) => {
    const guess = guessOf({ ...prediction('path', 1, 1), unsure, settled });
    return [guess.digit, guess.unsure, guess.settled];
  });

  assert.deepEqual(found, [[1, false, false], [1, true, false], [1, false, true]]);
});

test('without ink there is no guess', () => {
  assert.equal(guessOf({ ...prediction('path', 1, 1), probabilities: Array(10).fill(0.1), unsure: false, settled: false }), null);
});

test('one slow answer does not move the round trip', () => {
  assert.equal(median([1, 90, 2]), 2);
});

test('one snapshot of an encoding is under way at a time', () => {
  const pace = sent(IDLE, 'ink20', 7, 1000);

  assert.equal(maySend(pace, 'ink20', 1001), false);
  assert.equal(maySend(pace, 'path48', 1001), true);
});

test('its answer lets the next one go and tells when it was sent', () => {
  const pace = sent(IDLE, 'ink20', 7, 1000);

  const settled = answered(pace, 7);

  assert.equal(settled.sentAt, 1000);
  assert.equal(maySend(settled.pace, 'ink20', 1001), true);
});

test('an answer to another snapshot lets nothing go', () => {
  const pace = sent(IDLE, 'ink20', 7, 1000);

  assert.deepEqual(answered(pace, 6), { pace, sentAt: null });
});

test('an answer that never comes does not hold back the rest', () => {
  const pace = sent(IDLE, 'ink20', 7, 1000);

  assert.equal(maySend(pace, 'ink20', 3001), true);
});
