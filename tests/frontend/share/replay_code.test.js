import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BadReplay, decodeReplay, encodeReplay } from '../../../frontend/js/share/replay_code.js';

const STROKES = [
  [[100, 50, 0], [120.4, 80.6, 40], [90, 120, 88]],
  [[250, 250, 1000]],
];

test('a drawing survives an address to the px and 4 ms', () => {
  const { label, strokes } = decodeReplay(encodeReplay({ label: 7, strokes: STROKES }));

  assert.equal(label, 7);
  assert.deepEqual(strokes, [[[100, 50, 0], [120, 81, 40], [90, 120, 88]], [[250, 250, 1000]]]);
});

test('a drawing that nobody asked for has no label', () => {
  assert.equal(decodeReplay(encodeReplay({ label: null, strokes: STROKES })).label, null);
});

test('a long drawing is thinned and its address stays short', () => {
  const long = [Array.from({ length: 5000 }, (_, i) => [250 + 200 * Math.cos(i / 100), 250 + 200 * Math.sin(i / 37), 8 * i])];

  assert.ok(encodeReplay({ label: 0, strokes: long }).length < 2000);
});

test('points beside the sheet are brought onto it', () => {
  const { strokes } = decodeReplay(encodeReplay({ label: 1, strokes: [[[-40, 700, 0]]] }));

  assert.deepEqual(strokes, [[[0, 500, 0]]]);
});

test('a drawing of many strokes keeps the longest, and can be read again', () => {
  const strokes = Array.from({ length: 3000 }, (_, i) => [[i % 500, 0, i], [i % 500, i % 50 === 0 ? 400 : 1, i + 1]]);

  const read = decodeReplay(encodeReplay({ label: null, strokes })).strokes;

  assert.equal(read.length, 64);
  assert.ok(read.filter((stroke) => stroke.length === 2 && stroke[1][1] === 400).length >= 60);
});

test('a scribble all over the sheet can be read again', () => {
  const scribble = [Array.from({ length: 8000 }, (_, i) => [500 * ((i * 0.618) % 1), 500 * ((i * 0.414) % 1), i])];

  assert.ok(decodeReplay(encodeReplay({ label: null, strokes: scribble })).strokes[0].length >= 2);
});

test('the time of points that come every ms adds up', () => {
  const quick = [Array.from({ length: 100 }, (_, i) => [i, 10, i])];

  assert.equal(decodeReplay(encodeReplay({ label: null, strokes: quick })).strokes[0].at(-1)[2], 100);
});

const bytes = (...values) => `1.${Buffer.from(values).toString('base64url')}`;

for (const [name, text] of [
  ['nothing', ''],
  ['another version', '2.AAEB'],
  ['other characters', '1.<script>'],
  ['a letter', '1.A'],
  ['no strokes', bytes(3, 0)],
  ['a label that is no digit', bytes(10, 1, 1, 0, 0, 0)],
  ['a stroke without points', bytes(3, 1, 0)],
  ['too few bytes', bytes(3, 1, 2, 10, 10, 0)],
  ['more bytes', bytes(3, 1, 1, 10, 10, 0, 9)],
  ['a place beside the sheet', bytes(3, 1, 1, 1, 10, 0)],
  ['a long pause', bytes(3, 1, 1, 10, 10, 255, 127)],
  ['too many points', bytes(3, 1, 255, 127)],
  ['a number without end', bytes(3, 255, 255, 255, 255, 1)],
  ['a long text', `1.${'A'.repeat(9000)}`],
]) {
  test(`${name} is no replay`, () => {
    assert.throws(() => decodeReplay(text), BadReplay);
  });
}
