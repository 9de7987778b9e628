import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { leftOutWords, championNews, collectedWords, outcomesOf, trainerNews } from '../../../frontend/js/models/training_loop.js';
import { lineWords, partCollected } from '../../../frontend/js/watch/loop_summary.js';

process.env.TZ = 'UTC';

const WAITING = { state: 'waiting', new_drawings: 3, needed: 20 };
const TRAINING = { state: 'training', new_drawings: 20, needed: 20, family: 'cnn' };
const OLD = '20261121T034500Z-1f2e3d';
const NEW = '20261122T101500Z-aa11bb';
const REASONS = ['passes: at full ink 97.0 %, champion 96.9 %', 'fails: at half ink 70.0 %, champion 75.0 %'];
const REFUSED = { state: 'refused', family: 'cnn', version: NEW, reasons: REASONS, at: '2026-11-22T10:15:00.000Z' };
const PUBLISHED = { state: 'published', family: 'path', version: OLD, reasons: [], at: '2026-11-22T10:16:00.000Z' };

test('a page without a trainer promises no training', () => {
  assert.equal(lineWords(null), '');
  assert.equal(lineWords(WAITING), '17 more drawings until the next training');
});

test('the line beside the canvas names the result of a training', () => {
  assert.equal(lineWords({ ...TRAINING, state: 'published', version: NEW }), 'a new model is in use');
  assert.equal(lineWords({ ...WAITING, ...REFUSED }), 'a new model was no better and was not used');
});

test('the bar is full during training and never longer', () => {
  const parts = [null, WAITING, TRAINING, { ...WAITING, new_drawings: 30 }, { ...WAITING, needed: 0 }].map(partCollected);

  assert.deepEqual(parts, [0, 0.15, 1, 1, 1]);
});

test('drawings that are not trained on are counted with the reason', () => {
  const words = leftOutWords({ ...WAITING, filtered: 2, new_validation: 1 });

  assert.match(words, /^1 drawing arrived for testing.*2 drawings were left out because they look like other digits/);
  assert.equal(leftOutWords({ ...WAITING, filtered: 1 }), '1 drawing was left out because it looks like another digit than the one asked for.');
  assert.match(leftOutWords({ ...WAITING, over_limit: 2 }), /^2 drawings wait for a later training/);
  assert.equal(leftOutWords(WAITING), '');
  assert.equal(leftOutWords(null), '');
});

test('what is collected is counted in words', () => {
  assert.deepEqual([0, 1, 1234].map(collectedWords), ['No drawings yet.', '1 drawing, by digit:', '1,234 drawings, by digit:']);
});

test('results are listed while the trainer waits, or one from its state alone', () => {
  assert.deepEqual(outcomesOf({ ...WAITING, outcomes: [PUBLISHED, REFUSED] }), [PUBLISHED, REFUSED]);
  assert.deepEqual(outcomesOf({ ...WAITING, state: 'refused', reasons: ['bad'] }).map(({ state }) => state), ['refused']);
  assert.deepEqual(outcomesOf(WAITING), []);
});

test('a refusal is news though another family was published after it', () => {
  const both = { ...WAITING, outcomes: [PUBLISHED, REFUSED] };

  assert.equal(trainerNews(TRAINING, both).length, 1);
  assert.deepEqual(trainerNews({ ...WAITING, outcomes: [REFUSED] }, both), []);
});

test('a champion that went live is news, one that was there is none', () => {
  const before = [{ family: 'cnn', model: OLD }, { family: 'path', model: OLD }];
  const after = [{ family: 'cnn', model: NEW }, { family: 'path', model: OLD }, { family: 'new', model: NEW }];

  assert.deepEqual(championNews(before, after), ['Reads the ink as a picture, trained 22 Nov, 10:15: now in use, in place of the one trained 21 Nov, 03:45']);
  assert.deepEqual(championNews([], after), []);
});

test('a new training, a refusal and filtered drawings are news once', () => {
  const refused = { ...WAITING, outcomes: [REFUSED], filtered: 2 };

  assert.deepEqual(trainerNews(WAITING, TRAINING), ['Reads the ink as a picture: began to learn from 20 drawings']);
  assert.deepEqual(trainerNews(TRAINING, TRAINING), []);
  assert.deepEqual(trainerNews(TRAINING, refused), [
    'a new model was not used: Reads the ink as a picture, trained 22 Nov, 10:15, Not good enough at half ink: 70.0 % correct, champion 75.0 %',
    '2 drawings left out: they look like other digits than those asked for',
  ]);
  assert.deepEqual(trainerNews(refused, refused), []);
  assert.deepEqual(trainerNews(null, refused), []);
});
