import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Session } from '../../../../frontend/js/contribute/session/session.js';

const STROKES = [[[1, 1, 0], [9, 9, 20]]];
const OLD = { family: 'path', model: 'v1' };
const NEW = { family: 'path', model: 'v2' };
const reading = (model, right) => ({ family: 'path', model, right: Array.from({ length: 10 }, (_, i) => i < right) });
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

/** A session whose service reads `right` stages of each drawing right, by label. */
function visit(right) {
  let model = OLD.model;
  const session = new Session(async (_, label) => reading(model, right[model][label]), () => {});
  session.serve([OLD]);
  return {
    session,
    give: (id, label, status = 'training') => {
      session.add({ id, label, strokes: STROKES, status }, 0.4);
      return { id, label, strokes: STROKES, status };
    },
    publish: () => {
      model = NEW.model;
      session.serve([NEW]);
    },
  };
}

test('a training that took drawings in is measured by what was read right before and after', async () => {
  const { session, give, publish } = visit({ v1: { 3: 5, 7: 8 }, v2: { 3: 9, 7: 9 } });
  session.follow([give('a', 3), give('b', 7)]);
  await settled();

  session.setTraining(true);
  publish();
  await settled();

  const { before, after, drawings, hardest } = session.improvement;
  assert.deepEqual([before, after, drawings], [0.65, 0.9, 2]);
  assert.equal(hardest.label, 3);
});

test('drawings that only measure models, or came after the training began, are not measured', async () => {
  const { session, give, publish } = visit({ v1: { 3: 5, 7: 8, 1: 1 }, v2: { 3: 9, 7: 9, 1: 9 } });
  const given = [give('a', 3, 'validation'), give('b', 7, 'waiting')];
  session.follow(given);
  session.setTraining(true);
  session.follow([...given, give('c', 1)]);
  session.setTraining(true);
  await settled();

  publish();
  await settled();

  assert.equal(session.improvement, null);
});

test('what was deleted or refused is in no summary, and ten are', async () => {
  const { session, give } = visit({ v1: Array(10).fill(5) });
  const given = Array.from({ length: 12 }, (_, i) => give(`d${i}`, i % 10));

  session.follow(given.slice(1).map((one, i) => (i === 0 ? { ...one, status: 'refused' } : one)));

  assert.deepEqual(session.latest.map(({ id }) => id), given.slice(2).map(({ id }) => id));
});
