/** Contributions from Done to the service's answer, with a service that only notes what it is sent. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Contributing } from '../../../frontend/js/contribute/contributing.js';

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
  const hold = async (one) => void held.push(one);
  const collaborators = { send, pending, printer, contributor: 'c'.repeat(32), hold, changed: () => {} };
  const contributing = new Contributing(collaborators);
  return { contributing, sent, kept, held, collaborators };
}

function welcomed() {
  const begun = begin();
  begun.contributing.welcome({ limits: LIMITS, contributions: COUNTS });
  return begun;
}

test('the rarest digit is asked for, and another after it was given', async () => {
  const { contributing } = welcomed();
  assert.equal(contributing.asked, 5);

  await contributing.give(STROKES, 'pen', '2026-11-1');

  assert.notEqual(contributing.asked, 5);
});

test('what is given is kept before it is sent, with all that the service asks', async () => {
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
    strokes: [[[100, 100, 0], [100, 400, 40]]],
  });
  assert.deepEqual([...kept.keys()], [id]);
  assert.equal(contributing.given[0].status, 'waiting');
});

test('an accepted one is counted, told of by its use, and not kept here any longer', async () => {
  const { contributing, sent, kept } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const counts = { ...COUNTS, total: 10, yours: 1 };

  await contributing.accepted({ type: 'accepted', id: sent[0].id, use: 'validation', duplicate: false, contributions: counts });

  assert.equal(contributing.given[0].status, 'validation');
  assert.equal(contributing.counts.yours, 1);
  assert.equal(kept.size, 0);
});

test('its receipt is held before the drawing is let go of, and by the page after a reload too', async () => {
  const { contributing, sent, held, kept, collaborators } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const accepted = { type: 'accepted', id: sent[0].id, use: 'training', duplicate: true, receipt: 'r1', contributions: COUNTS };
  const keptThen = [];
  const reloaded = new Contributing({ ...collaborators, hold: async (one) => void (held.push(one), keptThen.push(kept.size)) });

  await reloaded.sendPending();
  await reloaded.accepted(accepted);

  const [{ given, strokes, ...rest }] = held;
  assert.deepEqual(rest, { id: sent[0].id, label: 5, use: 'training', receipt: 'r1' });
  assert.equal(strokes.length, 1);
  assert.ok(given > 0);
  assert.deepEqual(keptThen, [1]);
  assert.equal(kept.size, 0);
});

test('a deleted one is neither shown nor counted any more', async () => {
  const { contributing, sent } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const contributions = { total: 10, yours: 1, by_label: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1] };
  await contributing.accepted({ type: 'accepted', id: sent[0].id, use: 'training', duplicate: false, receipt: 'r1', contributions });

  contributing.forget({ id: sent[0].id, label: 5 });

  assert.deepEqual(contributing.counts, { ...COUNTS, yours: 0 });
  assert.deepEqual(contributing.given, []);
});

test('a refused one says why and is not sent again', async () => {
  const { contributing, sent, kept } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');

  await contributing.refused({ type: 'refused', id: sent[0].id, code: 'bad_contribution', message: 'odd', retry: false });

  assert.deepEqual([contributing.given[0].status, contributing.given[0].why], ['refused', 'odd']);
  assert.equal(kept.size, 0);
});

test('one that was not answered is sent again, as it was, also by the page after a reload', async () => {
  const { contributing, sent, collaborators } = welcomed();
  await contributing.give(STROKES, 'pen', '2026-11-1');
  const reloaded = new Contributing(collaborators);

  await contributing.sendPending();
  await reloaded.sendPending();

  assert.deepEqual(sent[1], sent[0]);
  assert.deepEqual(sent[2], sent[0]);
  assert.deepEqual(reloaded.given.map(({ label, status }) => [label, status]), [[5, 'waiting']]);
});

test('what is no digit yet, or beyond the limits, is not given', () => {
  const { contributing } = welcomed();
  const long = [Array.from({ length: 101 }, (_, i) => [i, i, i])];
  const many = Array.from({ length: 65 }, (_, i) => [[i, 0, 0], [i, 9, 1]]);

  assert.match(contributing.objection([[[1, 1, 0]]]) ?? '', /too little ink for a 5/);
  assert.match(contributing.objection(long) ?? '', /101 points/);
  assert.match(contributing.objection(many) ?? '', /65 strokes/);
  assert.equal(contributing.objection(STROKES), null);
});

test('nothing is given before the service has said what it asks', () => {
  const { contributing } = begin();

  assert.match(contributing.objection(STROKES) ?? '', /not answered yet/);
});
