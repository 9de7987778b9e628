/** Stored drawings for the operator: points get times, and a moment shows what was drawn until then. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModerationCalls, Refused } from '../../../frontend/js/operator/moderation_calls.js';
import { timed, until } from '../../../frontend/js/operator/sketch.js';

test('points without times follow the one before', () => {
  const strokes = timed({ strokes: [[[1, 2, 5], [3, 4, null]], [[5, 6, null], [7, 8, 10]]] });

  assert.deepEqual(strokes.map((stroke) => stroke.map(([, , t]) => t)), [[5, 17], [29, 29]]);
});

test('a moment shows the strokes begun until then', () => {
  const strokes = timed({ strokes: [[[1, 2, 0], [3, 4, 10]], [[5, 6, 20]]] });

  assert.deepEqual(until(strokes, 10), [[[1, 2, 0], [3, 4, 10]]]);
});

test('the token is in a header alone, and empty filters are left out', async () => {
  /** @type {[string, RequestInit][]} */ const made = [];
  const calls = new ModerationCalls('a-secret-of-tests', async (address, options) => {
    made.push([String(address), options ?? {}]);
    return new Response('{"drawings": []}');
  });

  await calls.find({ label: '', set: 'digits', after: 'x y' });

  assert.equal(made[0][0], 'moderation/drawings?set=digits&after=x+y');
  assert.equal(/** @type {Record<string, string>} */ (made[0][1].headers).Authorization, 'Bearer a-secret-of-tests');
});

test('a refusal carries the service’s words', async () => {
  const calls = new ModerationCalls('x', async () => new Response('{"code": "a", "message": "no such class"}', { status: 422 }));

  await assert.rejects(calls.decide({ action: 'relabel' }), (error) => error instanceof Refused && error.message === 'no such class');
});
