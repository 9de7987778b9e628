import assert from 'node:assert/strict';
import { test } from 'node:test';

import { beginStroke, extendStroke, newDrawing } from '../../../frontend/js/ink/drawing.js';
import { cutAtInk, inkBox, inkLength, toSheet } from '../../../frontend/js/ink/geometry.js';

const RECT = { left: 100, top: 50, width: 250, height: 250 };

test('a place on the screen becomes one on the sheet, to a hundredth', () => {
  assert.deepEqual(toSheet(100, 50, RECT), [0, 0]);
  assert.deepEqual(toSheet(225, 300, RECT), [250, 500]);
  assert.deepEqual(toSheet(100.1234, 50.0011, RECT), [0.25, 0]);
});

test('a pen far off the sheet is kept within a sheet of it', () => {
  assert.deepEqual(toSheet(-9999, 9999, RECT), [-500, 1000]);
});

test('ink is the length of all strokes; a dot has none', () => {
  assert.equal(inkLength([[[0, 0, 0], [3, 4, 1], [3, 14, 2]], [[9, 9, 3]]]), 15);
});

test('a drawing is cut within a stroke, its time and place in between', () => {
  const strokes = [[[0, 0, 0], [100, 0, 10]], [[0, 0, 20], [0, 100, 40]]];

  assert.deepEqual(cutAtInk(strokes, 0.75), [[[0, 0, 0], [100, 0, 10]], [[0, 0, 20], [0, 50, 30]]]);
  assert.deepEqual(cutAtInk(strokes, 0.25), [[[0, 0, 0], [50, 0, 5]]]);
  assert.equal(cutAtInk(strokes, 1), strokes);
});

test('the box holds the pen around every point, within the sheet', () => {
  assert.deepEqual(inkBox([[[100.5, 200, 0]], [[498, 3, 1]]]), { left: 90, top: 0, right: 500, bottom: 210 });
  assert.equal(inkBox([]), null);
  assert.equal(inkBox([[[-300, -300, 0]]]), null);
});

test('a stroke grows, leaving out points closer than half a px', () => {
  const begun = beginStroke(newDrawing(1), [10, 10, 0]);

  const grown = extendStroke(begun, [[10.2, 10, 1], [10.6, 10, 2], [20, 10, 3]]);

  assert.deepEqual(grown.strokes, [[[10, 10, 0], [10.6, 10, 2], [20, 10, 3]]]);
  assert.deepEqual(begun.strokes, [[[10, 10, 0]]]);
});

test('points without a stroke, or too close to count, change nothing', () => {
  const empty = newDrawing(1);
  const begun = beginStroke(empty, [10, 10, 0]);

  assert.equal(extendStroke(empty, [[1, 1, 0]]), empty);
  assert.equal(extendStroke(begun, [[10.1, 10.1, 1]]), begun);
});
