import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { objectionTo } from '../../../frontend/js/contribute/objection.js';

const STROKE = [[100, 100, 0], [100, 400, 90]];
const LIMITS = { strokes_max: 2 };

test('a finished drawing has no objection', () => {
  assert.equal(objectionTo([STROKE], 8, LIMITS), null);
});

test('each objection says what is missing', () => {
  const objections = [
    objectionTo([STROKE], 8, null),
    objectionTo([STROKE], null, LIMITS),
    objectionTo([], 8, LIMITS),
    objectionTo([[[1, 1, 0], [9, 9, 5]]], 3, LIMITS),
    objectionTo([STROKE, STROKE, STROKE], 3, LIMITS),
  ];

  assert.deepEqual(objections, [
    'the service has not answered yet',
    'the service has not answered yet',
    'draw an 8 first',
    'that is too little ink for a 3',
    '3 strokes, at most 2; undo some, or clear and draw again',
  ]);
});
