import assert from 'node:assert/strict';
import { test } from 'node:test';

import { answering, encodingsFor } from '../../../../frontend/js/watch/model_choice/model_selection.js';

const BEST = { family: 'path', encoding: 'path48', best: true };
const SOFTMAX = { family: 'softmax', encoding: 'ink20', best: false };
const ORIGINAL = { family: 'original', encoding: 'canvas20', best: false };
const SERVED = [BEST, SOFTMAX, ORIGINAL];

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
