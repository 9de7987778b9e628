import assert from 'node:assert/strict';
import { test } from 'node:test';

import { speak } from '../../english.js';
import { recentWords } from '../../../../frontend/js/contribute/given/recent_strip.js';
import { modeOf } from '../../../../frontend/js/ui/views.js';
import { aDigit, modelWords, percent, stateWords, versionWords } from '../../../../frontend/js/ui/language/words.js';
import { trainerWords } from '../../../../frontend/js/models/trainer_words.js';

process.env.TZ = 'UTC';

const KNOWN = { now: 1000, roundTrip: 0.44, served: 2 };

test('the state line describes the connection', () => {
  const words = [
    stateWords({ phase: 'connecting' }, KNOWN),
    stateWords({ phase: 'open' }, { ...KNOWN, served: null }),
    stateWords({ phase: 'open' }, { ...KNOWN, served: 0 }),
    stateWords({ phase: 'open' }, { ...KNOWN, roundTrip: null }),
    stateWords({ phase: 'open' }, KNOWN),
    stateWords({ phase: 'open' }, { ...KNOWN, roundTrip: 23.4 }),
    stateWords({ phase: 'lost', retryAt: 2600 }, KNOWN),
    stateWords({ phase: 'lost', retryAt: 900 }, KNOWN),
  ];

  assert.deepEqual(words, [
    'connecting',
    'connecting',
    'live, but no model is served yet',
    'live',
    'live, 0.4\u00a0ms',
    'live, 23\u00a0ms',
    'lost, trying again in 2\u00a0s; your drawing is kept',
    'lost, trying again in 1\u00a0s; your drawing is kept',
  ]);
});

test('while the page guesses, its state is short enough for one line', () => {
  const words = stateWords({ phase: 'lost', retryAt: 900 }, { ...KNOWN, local: true });

  assert.equal(words, 'offline, guessing here; trying again in 1\u00a0s');
});

test('a connection that ended gives the reason', () => {
  const words = stateWords({ phase: 'ended', code: 4403, reason: '' }, KNOWN);

  assert.match(words, /4403.*reload/);
});

test('a version is named by its time, in the local time zone', () => {
  process.env.TZ = 'Asia/Tokyo';
  assert.equal(versionWords('20261121T174500Z-1f2e3d'), 'trained 22 Nov, 02:45');
  process.env.TZ = 'UTC';
  assert.equal(versionWords('20261121T174500Z-1f2e3d'), 'trained 21 Nov, 17:45');
  assert.equal(versionWords('other'), 'version other');
});

test('a model is named by what it reads and when it was trained', () => {
  const model = '20261121T034500Z-1f2e3d';

  assert.equal(modelWords({ family: 'softmax', model }), 'Reads lines and bends, trained 21 Nov, 03:45');
  assert.equal(modelWords({ family: 'newer', model }), 'Model “newer”, trained 21 Nov, 03:45');
});

test('a model is named in the language of the visitor', () => {
  speak('fr');

  assert.equal(modelWords({ family: 'path', model: '20261121T034500Z-1f2e3d' }), 'Lit le tracé du stylet, entraîné le 21 nov., 03:45');
  speak('en');
});

test('the trainer is described in words', () => {
  const version = '20261121T034500Z-1f2e3d';
  const words = [
    trainerWords(null),
    trainerWords({ state: 'waiting', new_drawings: 3, needed: 20 }),
    trainerWords({ state: 'waiting', new_drawings: 19, needed: 20 }),
    trainerWords({ state: 'waiting', new_drawings: 21, needed: 20 }),
    trainerWords({ state: 'waiting', new_drawings: 3, needed: 20, new_validation: 2, filtered: 1 }),
    trainerWords({ state: 'training', new_drawings: 20, needed: 20 }),
    trainerWords({ state: 'training', new_drawings: 1, needed: 1 }),
    trainerWords({ state: 'refused', new_drawings: 0, needed: 20, family: 'softmax', version, reasons: ['worse at 50 %'] }),
  ];

  assert.deepEqual(words, [
    'no training has run here yet',
    '17 more drawings until the next training',
    '1 more drawing until the next training',
    'the next training starts soon',
    '17 more drawings until the next training; not counted: 2 for testing, 1 left out',
    'learning from 20 new drawings',
    'learning from 1 new drawing',
    'the last new model was no better and was not used; 20 more drawings until the next training',
  ]);
});

test('the summary names the latest answer and what waits', () => {
  const given = [
    { label: 7, status: 'training' },
    { label: 2, status: 'validation' },
    { label: 3, status: 'waiting' },
  ];

  assert.equal(recentWords([]), '');
  assert.equal(recentWords(given.slice(0, 1)), 'Your 7 is kept for training');
  assert.equal(recentWords(given.slice(0, 2)), 'Your 2 is kept for testing models, and does not count toward the next training');
  assert.equal(recentWords(given), 'Your 2 is kept for testing models, and does not count toward the next training; 1 drawing waits for the service');
  assert.equal(recentWords([{ label: 4, status: 'refused', why: 'too small' }]), 'Your 4 was not kept: too small');
});

test('shares have a unit and one decimal', () => {
  assert.deepEqual([0, 0.0004, 0.986, 1].map(percent), ['0.0\u00a0%', '0.0\u00a0%', '98.6\u00a0%', '100.0\u00a0%']);
});

test('the address selects the view, by its old name too', () => {
  assert.deepEqual(['', '#contribute', '#models', '#yours', '#else'].map(modeOf), ['watch', 'contribute', 'models', 'my-drawings', 'watch']);
});

test('digits take the article of their pronunciation', () => {
  assert.deepEqual([1, 8, 9].map(aDigit), ['a 1', 'an 8', 'a 9']);
});
