import assert from 'node:assert/strict';
import { test } from 'node:test';

import { recentWords } from '../../../frontend/js/contribute/recent_strip.js';
import { modeOf } from '../../../frontend/js/ui/views.js';
import { aDigit, modelWords, percent, stateWords, trainerWords, versionWords } from '../../../frontend/js/ui/words.js';

process.env.TZ = 'UTC';

const KNOWN = { now: 1000, roundTrip: 0.44, served: 2 };

test('the state line says how it stands', () => {
  const said = [
    stateWords({ phase: 'connecting' }, KNOWN),
    stateWords({ phase: 'open' }, { ...KNOWN, served: null }),
    stateWords({ phase: 'open' }, { ...KNOWN, served: 0 }),
    stateWords({ phase: 'open' }, { ...KNOWN, roundTrip: null }),
    stateWords({ phase: 'open' }, KNOWN),
    stateWords({ phase: 'open' }, { ...KNOWN, roundTrip: 23.4 }),
    stateWords({ phase: 'lost', retryAt: 2600 }, KNOWN),
    stateWords({ phase: 'lost', retryAt: 900 }, KNOWN),
  ];

  assert.deepEqual(said, [
    'connecting',
    'connecting',
    'live, but no model is served yet',
    'live',
    'live, 0.4 ms',
    'live, 23 ms',
    'lost, trying again in 2 s; your drawing is kept',
    'lost, trying again in 1 s; your drawing is kept',
  ]);
});

test('a connection that ended says why', () => {
  const said = stateWords({ phase: 'ended', code: 4403, reason: '' }, KNOWN);

  assert.match(said, /4403.*reload/);
});

test('a version is told by when it was made, in the own time of who reads it', () => {
  process.env.TZ = 'Asia/Tokyo';
  assert.equal(versionWords('20261121T174500Z-1f2e3d'), 'of 22 Nov, 02:45');
  process.env.TZ = 'UTC';
  assert.equal(versionWords('20261121T174500Z-1f2e3d'), 'of 21 Nov, 17:45');
  assert.equal(versionWords('other'), 'other');
});

test('a model that was just learnt is named as news', () => {
  const model = { family: 'softmax', model: '20261121T034500Z-1f2e3d' };

  assert.equal(modelWords(model, false), 'softmax of 21 Nov, 03:45');
  assert.equal(modelWords(model, true), 'now softmax of 21 Nov, 03:45, just learnt');
});

test('the trainer is told of in plain words', () => {
  const version = '20261121T034500Z-1f2e3d';
  const said = [
    trainerWords(null),
    trainerWords({ state: 'waiting', new_drawings: 3, needed: 20 }),
    trainerWords({ state: 'waiting', new_drawings: 19, needed: 20 }),
    trainerWords({ state: 'waiting', new_drawings: 21, needed: 20 }),
    trainerWords({ state: 'training', new_drawings: 20, needed: 20 }),
    trainerWords({ state: 'training', new_drawings: 1, needed: 1 }),
    trainerWords({ state: 'refused', new_drawings: 0, needed: 20, family: 'softmax', version, reasons: ['worse at 50 %'] }),
  ];

  assert.deepEqual(said, [
    'no trainer has reported yet',
    '17 more drawings until the next training',
    '1 more drawing until the next training',
    'the next training is about to begin',
    'learning from 20 new drawings',
    'learning from 1 new drawing',
    'refused its last challenger; 20 more drawings until the next training',
  ]);
});

test('what was given is told of by its latest answer and what still waits', () => {
  const given = [
    { label: 7, status: 'training' },
    { label: 2, status: 'validation' },
    { label: 3, status: 'waiting' },
  ];

  assert.equal(recentWords([]), '');
  assert.equal(recentWords(given.slice(0, 1)), 'Your 7 is kept');
  assert.equal(recentWords(given.slice(0, 2)), 'Your 2 is kept, to judge models');
  assert.equal(recentWords(given), 'Your 2 is kept, to judge models; 1 drawing waits for the service');
  assert.equal(recentWords([{ label: 4, status: 'refused', why: 'too small' }]), 'Your 4 was not kept: too small');
});

test('shares have a unit and one decimal', () => {
  assert.deepEqual([0, 0.0004, 0.986, 1].map(percent), ['0.0 %', '0.0 %', '98.6 %', '100.0 %']);
});

test('the address tells the mode', () => {
  assert.deepEqual(['', '#contribute', '#models', '#yours', '#else'].map(modeOf), ['watch', 'contribute', 'models', 'my-drawings', 'watch']);
});

test('digits take the article that they are read with', () => {
  assert.deepEqual([1, 8, 9].map(aDigit), ['a 1', 'an 8', 'a 9']);
});
