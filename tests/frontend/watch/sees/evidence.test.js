import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inkLength } from '../../../../frontend/js/ink/geometry.js';
import { PIECES, inkBetween, piecesOf, strengths } from '../../../../frontend/js/watch/sees/evidence.js';

const STROKES = [
  [[0, 0, 0], [100, 0, 50]],
  [[0, 50, 90], [0, 90, 120], [60, 90, 150]],
];

test('ink between two places is cut out of the strokes that it lies in', () => {
  assert.deepEqual(inkBetween(STROKES, 80, 120), [[[80, 0, 40], [100, 0, 50]], [[0, 50, 90], [0, 70, 105]]]);
  assert.deepEqual(inkBetween(STROKES, 0, 200), STROKES);
});

test('each piece and what is left of the drawing make the whole of it', () => {
  const pieces = piecesOf(STROKES);

  assert.equal(pieces.length, PIECES);
  for (const { piece, rest } of pieces) {
    assert.ok(Math.abs(inkLength(piece) - 200 / PIECES) < 1e-9);
    assert.ok(Math.abs(inkLength(piece) + inkLength(rest) - 200) < 1e-9);
  }
});

test('ink without which the digit is less likely speaks for it; the rest does not', () => {
  assert.deepEqual(strengths(0.8, [0.8, 0.4, 0.9, 0.6]).map((share) => Number(share.toFixed(6))), [0, 1, 0, 0.5]);
  assert.deepEqual(strengths(0.8, [0.9, 0.8]), [0, 0]);
});
