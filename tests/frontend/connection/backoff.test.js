import assert from 'node:assert/strict';
import { test } from 'node:test';

import { delayAfter, retryDelay } from '../../../frontend/js/connection/backoff.js';

test('the wait doubles from half a second to fifteen', () => {
  const waits = [0, 1, 2, 3, 4, 5, 6, 60].map((attempt) => retryDelay(attempt, 1));

  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
});

test('chance takes off half of it at most', () => {
  assert.equal(retryDelay(3, 0), 2000);
  assert.equal(retryDelay(3, 0.5), 3000);
});

test('a service that says it will not have this page is left alone', () => {
  for (const code of [1000, 4400, 4403, 4408]) assert.equal(delayAfter(code, 0, 0.5), null);
});

test('a service in trouble is asked again later', () => {
  for (const code of [1001, 1006, 1009, 1011, 4500, 4503]) assert.equal(delayAfter(code, 1, 1), 1000);
});

test('a service that restarts is asked again at once, and only once at once', () => {
  assert.equal(delayAfter(1012, 0, 0), 0);
  assert.ok((delayAfter(1012, 0, 1) ?? Infinity) < 500);
  assert.equal(delayAfter(1012, 4, 1), 8000);
});

test('while nothing answers at all, the page tries every other second for a minute', () => {
  const waits = [1, 2, 10, 49].map((attempt) => delayAfter(1006, attempt, 1));

  assert.deepEqual(waits, [1000, 1500, 1500, 1500]);
  assert.equal(delayAfter(1006, 50, 1), 15_000);
  assert.equal(delayAfter(4503, 10, 1), 15_000);
});
