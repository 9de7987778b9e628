/** Bars and figures follow new values at a pace that can be read. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import '../english.js';
import { calmly, eased, lasting, partOfTheWay } from '../../../frontend/js/watch/motion.js';

let now = 0;

beforeEach(() => {
  now = 0;
  mock.timers.enable({ apis: ['setTimeout'] });
  mock.method(performance, 'now', () => now);
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

/** @param {number} ms */
function pass(ms) {
  now += ms;
  mock.timers.tick(ms);
}

test('a bar is there after some 120 ms, and exactly there', () => {
  let shown = 0;
  let frames = 0;

  for (; shown !== 0.9; frames++) shown = eased(shown, 0.9, partOfTheWay(1000 / 60));

  assert.ok(frames > 4 && frames < 18, `${frames} frames`);
});

test('a bar that has stood still for long begins no faster than one that moves', () => {
  assert.equal(partOfTheWay(5000), partOfTheWay(1000 / 60));
  assert.equal(partOfTheWay(0), 0);
  assert.equal(partOfTheWay(Infinity), partOfTheWay(1000 / 60));
});

test('the first figure is written at once, and of many that follow only the latest', () => {
  /** @type {number[]} */
  const written = [];
  const write = calmly();

  for (const figure of [1, 2, 3]) write(() => written.push(figure), false);
  pass(99);
  assert.deepEqual(written, [1]);
  pass(1);

  assert.deepEqual(written, [1, 3]);
});

test('what is to be written at once takes the place of what waits', () => {
  /** @type {string[]} */
  const written = [];
  const write = calmly();

  write(() => written.push('first'), false);
  write(() => written.push('waits'), false);
  write(() => written.push('cleared'), true);
  pass(500);

  assert.deepEqual(written, ['first', 'cleared']);
});

test('figures that rest are written at once again', () => {
  /** @type {number[]} */
  const written = [];
  const write = calmly();

  write(() => written.push(1), false);
  pass(100);
  write(() => written.push(2), false);

  assert.deepEqual(written, [1, 2]);
});

test('a state that ends early has not lasted', () => {
  const lasts = lasting(200);
  const calls = [];

  const seen = [lasts(true, () => calls.push('first'))];
  pass(150);
  seen.push(lasts(false, () => calls.push('second')));
  pass(300);

  assert.deepEqual([seen, calls], [[false, false], []]);
});

test('a state that lasts is announced once, and holds until it ends', () => {
  const lasts = lasting(200);
  const calls = [];

  const seen = [lasts(true, () => calls.push('first'))];
  pass(150);
  seen.push(lasts(true, () => calls.push('second')));
  pass(50);
  seen.push(lasts(true, () => calls.push('third')), lasts(false, () => calls.push('fourth')), lasts(true, () => calls.push('fifth')));

  assert.deepEqual(seen, [false, false, true, false, false]);
  assert.deepEqual(calls, ['first']);
});
