/** Contributions from Done to the service's answer, with a service that only notes what it is sent. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import '../english.js';
import { Contributing } from '../../../frontend/js/contribute/contributing.js';

// Unanswered drawings are sent again for ever: real timers would never let the test process end.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

const COUNTS = { total: 9, yours: 0, by_label: [1, 1, 1, 1, 1, 0, 1, 1, 1, 1] };
const LIMITS = { samples_min: 8, samples_max: 40, strokes_max: 64, points_max: 100 };
const STROKES = [[[100, 100, 50], [100, 400, 90]]];

function begin() {
  const sent = [];
  const kept = new Map();
  const pending = {
    lasting: true,
    add: async (contribution) => void kept.set(contribution.id, contribution),
    remove: async (id) => void kept.delete(id),
    all: async () => [...kept.values()],
  };
  const printer = { draw: () => {}, png: async () => new Uint8Array([1]) };
  const send = (message) => sent.push(JSON.parse(message)) > 0;
  const held = [];
  const dropped = [];
  const undeliverable = ({ id }, why) => dropped.push([id, why]);
  const hold = async (one) => void held.push(one);
  const collaborators = { send, pending, printer, contributor: 'c'.repeat(32), hold, undeliverable, tell: () => {}, changed: () => {} };
  const contributing = new Contributing(collaborators);
  return { contributing, sent, kept, held, dropped, collaborators };
}

function welcomed() {
  const begun = begin();
  begun.contributing.welcome({ limits: LIMITS, contributions: COUNTS });
  void begun.contributing.resume();
  return begun;
}

test('the rarest digit is asked for, and another after it was given', async () => {
  const { contributing } = welcomed();
  assert.equal(contributing.asked, 5);

  await contributing.give(STROKES, 'pen', '2026-11-1');

  assert.notEqual(contributing.asked, 5);
});

test('a finished drawing is stored and sent with all that the service asks for', async () => {
  const { contributing, sent, kept } = welcomed();

  await contributing.give(STROKES, 'pen', '2026-11-1');

  assert.equal(sent.length, 1);
  const [{ type, id, samples, ...rest }] = sent;
  assert.equal(type, 'contribution');
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(samples.length, 8);
  assert.deepEqual(rest, {
    label: 5,
    contributor: 'c'.repeat(32),
    consent: '2026-11-1',
    width: 500,
    height: 500,
    pen_width: 16,
    pointer: 'pen',
    prompt_probability: 1,
    strokes: [[[100, 100, 0], [100, 400, 40]]],
  });
  assert.deepEqual([...kept.keys()], [id]);
  assert.equal(contributing.given[0].status, 'waiting');
});

test('an accepted drawing is counted, shown with its use, and no longer pending', async () => {
  const { contributing, sent, kept } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const counts = { ...COUNTS, total: 10, yours: 1 };

  await contributing.accepted({ type: 'accepted', id: sent[0].id, use: 'validation', duplicate: false, contributions: counts });

  assert.equal(contributing.given[0].status, 'validation');
  assert.equal(contributing.counts.yours, 1);
  assert.equal(kept.size, 0);
});

test('the receipt is stored before the pending drawing is removed, after a reload too', async () => {
  const { contributing, sent, held, kept, collaborators } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const accepted = { type: 'accepted', id: sent[0].id, use: 'training', duplicate: true, receipt: 'r1', contributions: COUNTS };
  const keptThen = [];
  const reloaded = new Contributing({ ...collaborators, hold: async (one) => void (held.push(one), keptThen.push(kept.size)) });

  reloaded.welcome({ limits: LIMITS, contributions: COUNTS });
  await reloaded.resume();
  await reloaded.accepted(accepted);

  const [{ given, strokes, ...rest }] = held;
  assert.deepEqual(rest, { id: sent[0].id, label: 5, use: 'training', receipt: 'r1' });
  assert.equal(strokes.length, 1);
  assert.ok(given > 0);
  assert.deepEqual(keptThen, [1]);
  assert.equal(kept.size, 0);
});

test('a deleted drawing is neither shown nor counted', async () => {
  const { contributing, sent } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const contributions = { total: 10, yours: 1, by_label: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] };
  await contributing.accepted({ type: 'accepted', id: sent[0].id, use: 'training', duplicate: false, receipt: 'r1', contributions });

  contributing.forget({ id: sent[0].id, label: 5 });

  assert.deepEqual(contributing.counts, { ...COUNTS, yours: 0 });
  assert.deepEqual(contributing.given, []);
});

test('a refused drawing gives the reason, is offered for download and is not sent again', async () => {
  const { contributing, sent, kept, dropped } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');

  await contributing.refused({ type: 'refused', id: sent[0].id, code: 'bad_contribution', message: 'odd', retry: false });

  assert.deepEqual([contributing.given[0].status, contributing.given[0].why], ['refused', 'the service found a fault with it (odd)']);
  assert.deepEqual(dropped, [[sent[0].id, 'the service found a fault with it (odd)']]);
  assert.equal(kept.size, 0);
});

test('an unanswered drawing is sent again unchanged, after a reload too', async () => {
  const { contributing, sent, collaborators } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const reloaded = new Contributing(collaborators);

  contributing.lost(1006);
  await contributing.resume();
  reloaded.welcome({ limits: LIMITS, contributions: COUNTS });
  await reloaded.resume();

  assert.deepEqual(sent[1], sent[0]);
  assert.deepEqual(sent[2], sent[0]);
  assert.deepEqual(reloaded.given.map(({ label, status }) => [label, status]), [[5, 'waiting']]);
});

test('a drawing with too little ink or too many strokes is not sent', () => {
  const { contributing } = welcomed();
  const many = Array.from({ length: 65 }, (_, i) => [[i, 0, 0], [i, 9, 1]]);

  assert.match(contributing.objection([[[1, 1, 0]]]) ?? '', /too little ink for a 5/);
  assert.match(contributing.objection(many) ?? '', /65 strokes/);
  assert.equal(contributing.objection(STROKES), null);
});

test('nothing is sent before the service has answered', () => {
  const { contributing } = begin();

  assert.match(contributing.objection(STROKES) ?? '', /not answered yet/);
});

test('a drawing with more points than the service takes is thinned, and its samples show what is sent', async () => {
  const { contributing, sent } = welcomed();
  const scribble = [Array.from({ length: 5000 }, (_, i) => [250 + 200 * Math.cos(i / 40), 250 + 200 * Math.sin(i / 53), i])];

  await contributing.give(scribble, 'mouse', '2026-11-1');

  assert.equal(contributing.objection(scribble), null);
  assert.ok(sent[0].strokes.flat().length <= LIMITS.points_max);
  assert.deepEqual(sent[0].strokes[0].at(-1).slice(0, 2), scribble[0].at(-1).slice(0, 2));
});

test('a page without crypto.randomUUID sends its drawings under proper ids', async (context) => {
  context.mock.getter(globalThis, 'crypto', () => ({ getRandomValues: (bytes) => bytes.fill(255) }));
  const { contributing, sent } = welcomed();

  await contributing.give(STROKES, 'pen', '2026-11-1');

  assert.equal(sent[0].id, 'ffffffff-ffff-4fff-bfff-ffffffffffff');
});

test('only a confirmed label is sent as confirmed', async () => {
  const { contributing, sent } = welcomed();

  await contributing.give(STROKES, 'pen', '2026-11-1', true);
  await contributing.accepted({ type: 'accepted', id: sent[0].id, use: 'training', receipt: null, contributions: COUNTS });
  await contributing.give(STROKES, 'pen', '2026-11-1');

  assert.deepEqual(sent.map(({ confirmed }) => confirmed), [true, undefined]);
});

test('a drawing that another tab delivered no longer waits here', async () => {
  const { contributing, sent, kept } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');

  contributing.acceptedElsewhere(sent[0].id, 'training', { ...COUNTS, total: 10 });
  await contributing.settledElsewhere(sent[0].id);
  contributing.lost(1006);
  await contributing.resume();

  assert.deepEqual([contributing.given[0].status, contributing.counts.total], ['training', 10]);
  assert.deepEqual([sent.length, kept.size], [1, 0]);
});

test('a refusal of a drawing that the visitor deleted offers no download', async () => {
  const { contributing, sent, dropped } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');

  await contributing.refused({ type: 'refused', id: sent[0].id, code: 'deleted', message: 'gone', retry: false });

  assert.deepEqual(dropped, []);
});
