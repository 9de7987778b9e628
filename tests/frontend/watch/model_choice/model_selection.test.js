import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answering, chooseDigit, encodingsFor } from '../../../../frontend/js/watch/model_choice/model_selection.js';

const BEST = { family: 'path', encoding: 'path48', best: true };
const SOFTMAX = { family: 'softmax', encoding: 'ink20', best: false };
const ORIGINAL = { family: 'original', encoding: 'canvas20', best: false };
const SERVED = [BEST, SOFTMAX, ORIGINAL];

test('the digit that was drawn least is asked for', () => {
  const counts = [5, 5, 5, 2, 5, 5, 5, 5, 5, 5];

  for (const random of [0, 0.4, 0.999]) assert.equal(chooseDigit(counts, random, null), 3);
});

test('chance decides between digits drawn equally rarely', () => {
  const counts = [1, 0, 1, 0, 1, 1, 0, 1, 1, 1];

  const asked = [0, 0.34, 0.67, 0.999999].map((random) => chooseDigit(counts, random, null));

  assert.deepEqual(asked, [1, 3, 6, 6]);
});

test('the same digit is not asked for twice in a row', () => {
  const counts = [5, 5, 5, 0, 5, 5, 5, 5, 5, 4];

  assert.equal(chooseDigit(counts, 0.5, 3), 9);
});

test('asking by the counts evens them out', () => {
  const counts = Array(10).fill(0);
  let before = null;
  for (let i = 0; i < 100; i++) {
    before = chooseDigit(counts, (i * 0.618) % 1, before);
    counts[before]++;
  }

  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
});

test('without a choice the best answers', () => {
  assert.deepEqual(answering(SERVED, { family: '', compare: '' }), [BEST]);
});

test('the wished family is read first, the other beside it', () => {
  assert.deepEqual(answering(SERVED, { family: 'softmax', compare: 'path' }), [SOFTMAX, BEST]);
});

test('a family that is gone falls back to the best, and nothing is compared with itself', () => {
  assert.deepEqual(answering(SERVED, { family: 'gone', compare: 'path' }), [BEST]);
  assert.deepEqual(answering([], { family: 'softmax', compare: 'path' }), []);
});

test('a best model whose snapshots this page cannot make is passed over', () => {
  const newer = { family: 'newer', encoding: 'ink40', best: true };

  assert.deepEqual(answering([newer, SOFTMAX], { family: '', compare: '' }), [SOFTMAX]);
});

test('each encoding is sent once', () => {
  assert.deepEqual(encodingsFor([SOFTMAX, { ...SOFTMAX, family: 'cnn' }]), ['ink20']);
  assert.deepEqual(encodingsFor([SOFTMAX, BEST]), ['ink20', 'path48']);
});

test('a model of ink20/2 gets its frames, and one of an earlier release those of ink20/1', () => {
  const second = { ...SOFTMAX, contract: 'ink20/2' };
  const first = { ...SOFTMAX, family: 'cnn', contract: 'ink20/1' };

  assert.deepEqual(encodingsFor([second]), ['ink20/2']);
  assert.deepEqual(encodingsFor([second, first]), ['ink20/2', 'ink20']);
});
