import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NO_HISTORY, redone, remember, undone } from '../../../frontend/js/ink/history.js';

const ONE = [[[1, 1, 0]]];
const TWO = [...ONE, [[2, 2, 1]]];

test('redo brings back what undo took, step by step', () => {
  const drawn = remember(remember(NO_HISTORY, []), ONE);

  const once = undone(drawn, TWO);
  const twice = undone(once.history, once.strokes);
  const again = redone(twice.history, twice.strokes);

  assert.deepEqual([once.strokes, twice.strokes, again.strokes], [ONE, [], ONE]);
  assert.equal(redone(again.history, again.strokes).strokes, TWO);
});

test('a new stroke ends what can be redone', () => {
  const { history, strokes } = undone(remember(NO_HISTORY, []), ONE);

  assert.equal(redone(remember(history, strokes), TWO), null);
});

test('with nothing to undo, undo changes nothing', () => {
  assert.equal(undone(NO_HISTORY, ONE), null);
});
