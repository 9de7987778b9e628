import assert from 'node:assert/strict';
import { test } from 'node:test';

import { inkLength } from '../../../frontend/js/ink/geometry.js';
import { grown } from '../../../frontend/js/share/drawing_files.js';

test('a drawing grows at its own pace, and the last moment is the whole', () => {
  const slowThenQuick = [[[0, 0, 0], [50, 0, 300], [450, 0, 400]]];

  const moments = grown(slowThenQuick, 4);

  assert.deepEqual(moments.map((strokes) => Math.round(inkLength(strokes))), [17, 33, 50, 450]);
  assert.equal(moments.at(-1), slowThenQuick);
});

test('a dot is there from the first moment on', () => {
  assert.deepEqual(grown([[[5, 5, 100]]], 3), Array(3).fill([[[5, 5, 100]]]));
});
