import assert from 'node:assert/strict';
import { test } from 'node:test';

import { GivenDrawings } from '../../../../frontend/js/contribute/given/given_drawings.js';

const STROKES = [[[1, 1, 0], [9, 9, 20]]];

test('a drawing waits until it is settled, and each change is announced', () => {
  let changes = 0;
  const given = new GivenDrawings(() => (changes += 1));

  given.add({ id: 'a', label: 3, strokes: STROKES });
  given.add({ id: 'b', label: 7, strokes: STROKES });
  given.settle('a', { status: 'refused', why: 'too large' });

  assert.deepEqual(given.all, [
    { id: 'a', label: 3, strokes: STROKES, status: 'refused', why: 'too large' },
    { id: 'b', label: 7, strokes: STROKES, status: 'waiting' },
  ]);
  assert.equal(changes, 3);
});

test('a restored drawing waits, unless the page already has its answer', () => {
  const given = new GivenDrawings(() => {});
  given.add({ id: 'a', label: 3, strokes: STROKES });
  given.settle('a', { status: 'training' });

  for (const id of ['a', 'b']) given.restore({ id, label: 3, strokes: STROKES });

  assert.deepEqual(given.all.map(({ id, status }) => [id, status]), [['a', 'training'], ['b', 'waiting']]);
});

test('a removed drawing is no longer found', () => {
  const given = new GivenDrawings(() => {});
  given.add({ id: 'a', label: 3, strokes: STROKES });

  given.remove('a');

  assert.equal(given.find('a'), undefined);
});
