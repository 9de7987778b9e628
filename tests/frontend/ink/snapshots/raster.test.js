/** Strokes drawn and encoded without a canvas. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';

import { hasInkOf } from '../../../../frontend/js/ink/snapshots/canvas_check.js';
import { encodeGrayPng, zlibRuns } from '../../../../frontend/js/ink/snapshots/png.js';
import { StrokeRaster } from '../../../../frontend/js/ink/snapshots/raster.js';

const ACROSS = [[100, 100, 0], [300, 100, 1]];
const DOWN = [[200, 50, 2], [200, 150, 3], [200, 250, 4]];

function levelAt({ patch }, x, y) {
  return patch.gray[(y - patch.top) * patch.width + x - patch.left];
}

test('a stroke is as wide as the pen, with round ends', () => {
  const raster = new StrokeRaster();
  raster.draw([ACROSS]);

  const canvas = raster.read([ACROSS]);

  const column = [90, 91, 92, 100, 107, 108, 109].map((y) => levelAt(canvas, 200, y));
  assert.deepEqual(column, [255, 255, 0, 0, 0, 255, 255]);
  assert.deepEqual([91, 93, 100].map((x) => levelAt(canvas, x, 100)), [255, 0, 0].map((level, i) => (i === 0 ? level : level)));
  assert.equal(levelAt(canvas, 93, 93), 255); // a corner that a square end would fill
});

test('a drawing that grew has the pixels of one drawn at once', () => {
  const grown = new StrokeRaster();
  for (const strokes of [[ACROSS.slice(0, 1)], [ACROSS], [ACROSS, DOWN.slice(0, 2)], [ACROSS, DOWN], [ACROSS], [ACROSS, DOWN]]) grown.draw(strokes);
  const atOnce = new StrokeRaster();
  atOnce.draw([ACROSS, DOWN]);

  assert.deepEqual(grown.read([ACROSS, DOWN]), atOnce.read([ACROSS, DOWN]));
});

test('an undone drawing is blank again', () => {
  const raster = new StrokeRaster();
  raster.draw([ACROSS]);
  raster.draw([]);

  assert.ok(raster.read([ACROSS]).patch.gray.every((level) => level === 255));
});

test('a point outside of the canvas draws what reaches into it', () => {
  const strokes = [[[-4, 250, 0], [-400, 250, 1]], [[900, 900, 2]]];
  const raster = new StrokeRaster();
  raster.draw(strokes);

  const canvas = raster.read(strokes);

  assert.deepEqual([0, 6].map((x) => levelAt(canvas, x, 250)), [0, 255]);
});

for (const name of ['with CompressionStream', 'without']) {
  test(`a PNG ${name} has the gray levels in its rows`, async () => {
    const native = globalThis.CompressionStream;
    if (name === 'without') globalThis.CompressionStream = undefined;
    const gray = Uint8Array.from({ length: 40 * 30 }, (_, i) => (i % 7 ? 255 : (i * 31) % 256));
    const png = Buffer.from(await encodeGrayPng(40, 30, gray));
    globalThis.CompressionStream = native;

    assert.deepEqual(unfiltered(png, 40, 30), gray);
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [40, 30]);
  });
}

test('runs of all lengths survive the fixed codes', () => {
  const bytes = Uint8Array.from(Array.from({ length: 600 }, (_, i) => Array(i % 300).fill(i % 256)).flat());

  assert.deepEqual(new Uint8Array(inflateSync(zlibRuns(bytes))), bytes);
});

test('a reading with noise, without ink or with ink everywhere is not that of the strokes', () => {
  const raster = new StrokeRaster();
  raster.draw([ACROSS]);
  const { patch } = raster.read([ACROSS]);

  assert.equal(hasInkOf([ACROSS], patch), true);
  for (const falsify of [() => 255, () => 0, (level) => level ^ 1]) {
    assert.equal(hasInkOf([ACROSS], { ...patch, gray: patch.gray.map(falsify) }), false);
  }
});

/** The pixels of a PNG that was encoded with the filter Up. */
function unfiltered(png, width, height) {
  let at = 8;
  const parts = [];
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const rows = inflateSync(Buffer.concat(parts));
  const gray = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    assert.equal(rows[y * (width + 1)], 2);
    for (let x = 0; x < width; x++) gray[y * width + x] = rows[y * (width + 1) + 1 + x] + (y ? gray[(y - 1) * width + x] : 0);
  }
  return gray;
}
