import assert from 'node:assert/strict';
import { test } from 'node:test';

import { leftOutWords, championNews, collectedWords, lineWords, outcomesOf, partCollected, trainerNews } from '../../../frontend/js/models/training_loop.js';

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

test('what a training came to has room in the line beside the sheet', () => {
  assert.equal(lineWords({ ...TRAINING, state: 'published', version: NEW }), 'a new cnn was published');
  assert.equal(lineWords({ ...WAITING, ...REFUSED }), 'a cnn challenger was refused');
});

test('the bar is full while it learns, and never longer than full', () => {
  const parts = [null, WAITING, TRAINING, { ...WAITING, new_drawings: 30 }, { ...WAITING, needed: 0 }].map(partCollected);

  assert.deepEqual(parts, [0, 0.15, 1, 1, 1]);
});

test('what teaches nothing is told with the reason', () => {
  const said = leftOutWords({ ...WAITING, filtered: 2, new_validation: 1 });

  assert.match(said, /^1 drawing came to judge models.*2 drawings left out: they look like other digits/);
  assert.equal(leftOutWords({ ...WAITING, filtered: 1 }), '1 drawing left out: it looks like another digit than its label says.');
  assert.equal(leftOutWords(WAITING), '');
  assert.equal(leftOutWords(null), '');
});

test('what is collected is counted in words', () => {
  assert.deepEqual([0, 1, 1234].map(collectedWords), ['Nothing yet.', '1 drawing, by digit:', '1,234 drawings, by digit:']);
});

test('outcomes are told while the trainer waits, or one by its state alone', () => {
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

  assert.deepEqual(championNews(before, after), ['cnn of 22 Nov, 10:15 went live in place of the one of 21 Nov, 03:45']);
  assert.deepEqual(championNews([], after), []);
});

test('a training that begins, a refusal and a doubt are news once', () => {
  const refused = { ...WAITING, outcomes: [REFUSED], filtered: 2 };

  assert.deepEqual(trainerNews(WAITING, TRAINING), ['cnn began to learn from 20 drawings']);
  assert.deepEqual(trainerNews(TRAINING, TRAINING), []);
  assert.deepEqual(trainerNews(TRAINING, refused), [
    'a challenger was refused: cnn of 22 Nov, 10:15, fails: at half ink 70.0 %, champion 75.0 %',
    '2 drawings left out as doubtful',
  ]);
  assert.deepEqual(trainerNews(refused, refused), []);
  assert.deepEqual(trainerNews(null, refused), []);
});
