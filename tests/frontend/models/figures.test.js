import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { familySentence, menuWords } from '../../../frontend/js/watch/model_choice/family_words.js';
import { figuresOf, figuresOfBaselines } from '../../../frontend/js/models/figures.js';

const VERSION = '20261121T034500Z-1f2e3d';

test('the figures that a card lists are shown, each with words for those who cannot see it', () => {
  const files = { 'model.tflite': {}, 'confusion.svg': {}, 'by-device.svg': {} };

  const figures = figuresOf({ family: 'cnn', version: VERSION, files });

  assert.deepEqual(figures, [
    {
      src: `models/cnn/${VERSION}/confusion.svg`,
      caption: 'Which digits it confuses',
      alt: 'Reads the ink as a picture: finished digits drawn against digits guessed',
    },
    { src: `models/cnn/${VERSION}/by-device.svg`, caption: 'by device', alt: 'Reads the ink as a picture: figure “by device”' },
  ]);
});

test('a card that lists no figures may have those that every version is published with', () => {
  const figures = figuresOf({ family: 'cnn', version: VERSION, files: { 'model.tflite': {}, 'weights.npz': {} } });

  assert.deepEqual(
    figures.map(({ src }) => src.split('/').at(-1)),
    ['accuracy.svg', 'reliability.svg', 'confusion.svg', 'classes.svg'],
  );
});

test('every figure has words of its own', () => {
  const all = [...figuresOfBaselines(), ...figuresOf({ family: 'path', version: VERSION, files: {} })];

  assert.ok(all.every(({ alt }) => alt.length > 0));
  assert.equal(new Set(all.map(({ alt }) => alt)).size, all.length);
});

test('a family says what it looks at, and one that is newer than the page says its name', () => {
  assert.equal(menuWords('path'), 'the pen’s path');
  assert.equal(menuWords('newer'), 'Model “newer”');
  assert.equal(familySentence('constructor'), '');
  for (const family of ['path', 'cnn', 'softmax', 'original']) assert.match(familySentence(family), /^[A-Z].*\.$/);
});
