import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { GAME_MS, scoreOf } from '../../../frontend/js/game/game.js';
import { Round } from '../../../frontend/js/game/round.js';

let now = 0;
beforeEach(() => {
  mock.timers.enable({ apis: ['setInterval'] });
  mock.method(performance, 'now', () => now);
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

function wait(ms) {
  for (let waited = 0; waited < ms; waited += 100) {
    now += 100;
    mock.timers.tick(100);
  }
}

function begun() {
  const ended = [];
  const changes = [];
  const round = new Round({ changed: (game) => changes.push(game), ended: (game) => ended.push(game) });
  round.begin();
  return { round, changes, ended };
}

test('the clock ends the game after a minute', () => {
  const { round, changes, ended } = begun();

  wait(GAME_MS - 100);
  assert.equal(ended.length, 0);
  wait(100);

  assert.equal(ended.length, 1);
  assert.equal(changes.at(-1).left, 0);
  assert.equal(round.asked, null);
});

test('the tenth digit ends the game at once, and only once', () => {
  const { round, ended } = begun();

  for (let i = 0; i < 10; i++) round.finish([[[1, 2, 3]]], 50);
  round.finish([], 50);
  wait(1000);

  assert.equal(ended.length, 1);
  assert.equal(scoreOf(ended[0]), 500);
});

test('a game that was given up neither goes on nor ends', () => {
  const { round, changes, ended } = begun();
  const seen = changes.length;

  round.stop();
  wait(2 * GAME_MS);

  assert.deepEqual([changes.length, ended.length, round.asked], [seen, 0, null]);
});

test('another game begins with all of its time', () => {
  const { round, changes } = begun();
  wait(30_000);

  round.begin();

  assert.equal(changes.at(-1).left, GAME_MS);
});
