import assert from 'node:assert/strict';
import { test } from 'node:test';

import { IDLE, answered, maySend, sent } from '../../../frontend/js/connection/pacing.js';
import { guessOf, leadingOf, median, takePrediction } from '../../../frontend/js/watch/predictions.js';
import { addMoment, placeRuns, runsOf } from '../../../frontend/js/watch/guess_timeline.js';

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
  const told = [[null, null], [true, false], [false, true]].map(([unsure, settled]) => {
    const guess = guessOf({ ...prediction('path', 1, 1), unsure, settled });
    return [guess.digit, guess.unsure, guess.settled];
  });

  assert.deepEqual(told, [[1, false, false], [1, true, false], [1, false, true]]);
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

test('the timeline forgets ink that was undone', () => {
  const history = [10, 20, 30].map((ink) => ({ ink, digit: 1, probability: 0.5 }));

  const after = addMoment(history, { ink: 20, digit: 7, probability: 0.6 });

  assert.deepEqual(after.map(({ ink }) => ink), [10, 20]);
  assert.equal(after[1].digit, 7);
});

test('the timeline runs by leading digit', () => {
  const history = [1, 1, 7, 1].map((digit, i) => ({ ink: i, digit, probability: 0.5 }));

  const runs = runsOf(history).map(({ digit, moments }) => [digit, moments.length]);

  assert.deepEqual(runs, [[1, 2], [7, 1], [1, 1]]);
});

test('the timeline joins its runs, ends at its edge and names the longer of two runs where there is room for one', () => {
  const history = [
    { ink: 0, digit: 1, probability: 0.5 },
    { ink: 4, digit: 7, probability: 0.5 },
    { ink: 800, digit: 1, probability: 1 },
  ];

  const [first, second, last] = placeRuns(history, { width: 808, height: 40 });

  assert.equal(first.points, '0.0,25.5 1.0,25.5');
  assert.equal(second.points, '1.0,25.5 5.0,25.5');
  assert.equal(last.points, '5.0,25.5 801.0,14.0');
  assert.deepEqual([first.at, second.at !== null, last.at], [null, true, ['801.0', '10.0']]);
  assert.deepEqual([first.kind, second.kind, last.kind], ['run now', 'run', 'run now']);
});

test('where no digit was recognised the timeline has a run of its own, and a question mark', () => {
  const history = [
    { ink: 0, digit: 1, probability: 0.5, unsure: false },
    { ink: 200, digit: 1, probability: 0.9, unsure: true },
    { ink: 400, digit: 7, probability: 0.9, unsure: true },
    { ink: 600, digit: 1, probability: 0.9, unsure: false },
  ];
  const size = { width: 808, height: 40 };

  const shown = placeRuns(history, size).map(({ digit, kind }) => [digit, kind]);
  const before = placeRuns(history.slice(0, 3), size).map(({ digit, kind }) => [digit, kind]);

  assert.deepEqual(shown, [['1', 'run now'], ['?', 'run unsure'], ['1', 'run now']]);
  assert.deepEqual(before, [['1', 'run'], ['?', 'run unsure']]);
});

test('the guess that stands is named on the timeline, however short its run', () => {
  const history = [
    { ink: 0, digit: 1, probability: 0.5 },
    { ink: 100, digit: 7, probability: 0.5 },
    { ink: 104, digit: 2, probability: 0.5 },
  ];

  const named = placeRuns(history, { width: 808, height: 40 }).filter(({ at }) => at);

  assert.deepEqual(named.map(({ digit }) => digit), ['1', '2']);
});
