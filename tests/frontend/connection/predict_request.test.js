import assert from 'node:assert/strict';
import { test } from 'node:test';

import { predictAll } from '../../../frontend/js/connection/predict_request.js';

const STROKES = [[[100, 100, 50], [100, 400, 90]]];

/**
 * Answers every request alike.
 * @param {import('node:test').TestContext} context
 */
function answering(context, ok, status, body) {
  const asked = [];
  context.mock.method(globalThis, 'fetch', async (address, { body: sent }) => {
    asked.push([address, JSON.parse(sent)]);
    return { ok, status, json: async () => body };
  });
  return asked;
}

test('drawings are asked about in one request, without times', async (context) => {
  const predictions = [{ model: 'v1', digit: 1, probabilities: [0, 1] }];
  const asked = answering(context, true, 200, { predictions });

  const answered = await predictAll([STROKES], 'path');

  assert.deepEqual(answered, predictions);
  assert.deepEqual(asked, [['predict?family=path', { drawings: [{ width: 500, height: 500, strokes: [[[100, 100], [100, 400]]] }] }]]);
});

test('a service that does not answer, or can not read a drawing, is an error that says why', async (context) => {
  answering(context, false, 503, {});
  await assert.rejects(predictAll([STROKES], 'path'), /the service answered 503 to predict/);
  context.mock.restoreAll();

  answering(context, true, 200, { predictions: [{ error: { message: 'no ink' } }] });
  await assert.rejects(predictAll([STROKES], 'path'), /no ink/);
});
