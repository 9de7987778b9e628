import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { bestOf } from '../../../frontend/js/game/game_result.js';

const turn = (digit, points) => ({ digit, points, strokes: [[[1, 2, 3]]] });

test('the best drawing is the one with the most points, the first of equal ones', () => {
  assert.equal(bestOf([turn(3, 20), turn(4, 80), turn(5, 80), turn(6, 0)])?.digit, 4);
});

test('where no digit was read there is no best drawing', () => {
  assert.equal(bestOf([turn(3, 0), turn(4, 0)]), null);
});
