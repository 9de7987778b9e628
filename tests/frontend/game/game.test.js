import assert from 'node:assert/strict';
import { test } from 'node:test';

import { askedIn, finishTurn, isRead, newGame, pass, pointsFor, scoreOf, streakOf } from '../../../frontend/js/game/game.js';

test('every digit is asked for once', () => {
  const { digits } = newGame(Math.random);

  assert.deepEqual([...digits].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('less ink is worth more, between 10 and 100 points', () => {
  assert.deepEqual([0, 200, 600, 5000].map(pointsFor), [100, 100, 50, 10]);
});

test('a dot that looks like the digit is not read', () => {
  const sure = [0, 0.99, 0, 0, 0, 0, 0, 0, 0, 0];

  assert.deepEqual([isRead(sure, 1, 50), isRead(sure, 1, 200), isRead(sure, 7, 200)], [false, true, false]);
});

test('the score counts what was read, the streak what was read in a row', () => {
  let game = newGame(() => 0);
  for (const points of [50, 0, 20, 30, 40]) game = finishTurn(game, [], points);

  assert.deepEqual([scoreOf(game), streakOf(game)], [140, 3]);
});

test('the game ends after ten digits or one minute', () => {
  let game = newGame(() => 0);
  assert.notEqual(askedIn(game), null);
  assert.equal(askedIn(pass(game, 60_000)), null);

  for (let i = 0; i < 10; i++) game = finishTurn(game, [], 10);

  assert.equal(askedIn(game), null);
  assert.equal(finishTurn(game, [], 10).turns.length, 10);
});
