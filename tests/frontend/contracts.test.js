/** The page gives the same bytes as Python: snapshots, paths, frames. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toInk20Second } from '../../frontend/js/ink/snapshots/ink20_2.js';
import { toPath48 } from '../../frontend/js/ink/snapshots/path.js';
import { encodeFrame } from '../../frontend/js/connection/protocol.js';
import { grayOf, toCanvas20, toInk20, wholeCanvas } from '../../frontend/js/ink/snapshots/snapshot.js';
import { decoded, encoded, readVectors, unpacked } from './vectors.js';

for (const vector of readVectors('snapshot')) {
  test(`snapshot: ${vector.name}`, () => {
    const canvas = wholeCanvas(vector.width, vector.height, unpacked(vector.gray));

    const [ink20, second, canvas20] = [toInk20(canvas), toInk20Second(canvas), toCanvas20(canvas)];

    assert.equal(encoded(ink20), vector.ink20);
    assert.equal(encoded(second), vector['ink20/2']);
    assert.equal(encoded(canvas20), vector.canvas20);
  });
}

for (const vector of readVectors('snapshot').filter(({ rgba }) => rgba)) {
  test(`gray of ${vector.name}`, () => {
    const gray = grayOf(unpacked(vector.rgba));

    assert.deepEqual(gray, unpacked(vector.gray));
  });
}

test('a patch that holds all ink gives what the whole white canvas gives', () => {
  const white = readVectors('snapshot').filter(({ name }) => ['antialiased', 'touches every edge', 'one dot'].includes(name));
  assert.equal(white.length, 3);
  for (const { width, height, gray, ink20, canvas20, 'ink20/2': second } of white) {
    const canvas = patchOf(width, height, unpacked(gray));

    assert.equal(encoded(toInk20(canvas)), ink20);
    assert.equal(encoded(toInk20Second(canvas)), second);
    assert.equal(encoded(toCanvas20(canvas)), canvas20);
  }
});

/** Only the rows between the first and the last with ink. */
function patchOf(width, height, gray) {
  const inked = [...Array(height).keys()].filter((y) => gray.subarray(y * width, (y + 1) * width).some((level) => level < 255));
  const [top, end] = [inked[0], inked.at(-1) + 1];
  const patch = { left: 0, top, width, height: end - top, gray: gray.subarray(top * width, end * width) };
  return { width, height, patch, outside: 255 };
}

for (const vector of readVectors('path')) {
  test(`path: ${vector.name}`, () => {
    const payload = toPath48(vector.strokes, vector.width, vector.height);

    assert.equal(encoded(payload), vector.path48);
  });
}

test('a path without strokes is refused', () => {
  assert.throws(() => toPath48([], 500, 500), /no strokes/);
});

for (const vector of readVectors('frames')) {
  test(`frame: ${vector.encoding}`, () => {
    const moment = { drawing: vector.drawing, seq: vector.seq, tMs: vector.t_ms };

    const frame = encodeFrame(vector.encoding, moment, decoded(vector.payload));

    assert.equal(encoded(frame), vector.frame);
  });
}
