import assert from 'node:assert/strict';
import { test } from 'node:test';

import '../english.js';
import { BadMessage, decodeMessage, encodeContribution, encodeHello, isEncoding } from '../../../frontend/js/connection/protocol.js';

const TEN = Array(10).fill(0.1);

test('a hello without families leaves the choice to the service', () => {
  const hello = JSON.parse(encodeHello([], 'a'.repeat(32)));

  assert.deepEqual(hello, { type: 'hello', coalesce: true, contributor: 'a'.repeat(32) });
});

test('a hello names the families that are to answer', () => {
  const hello = JSON.parse(encodeHello(['softmax', 'path'], 'a'.repeat(32)));

  assert.deepEqual(hello.families, ['softmax', 'path']);
});

test('a hello without consent has no token, and a hello may turn personal answers off', () => {
  const without = JSON.parse(encodeHello([], null));
  const plain = JSON.parse(encodeHello([], 'a'.repeat(32), false));

  assert.deepEqual(without, { type: 'hello', coalesce: true });
  assert.equal(plain.personal, false);
});

test('a hello names the language of the page where it is not English', () => {
  assert.equal(JSON.parse(encodeHello([], null, true, 'fr')).language, 'fr');
});

test('a hello names the set that is wanted, where it is not that of the page', () => {
  assert.equal(JSON.parse(encodeHello([], null, true, 'en', 'shapes')).set, 'shapes');
});

test('a contribution is sent with its type beside its fields', () => {
  const sent = JSON.parse(encodeContribution({ id: 'x', label: 7 }));

  assert.deepEqual(sent, { type: 'contribution', id: 'x', label: 7 });
});

const PREDICTION = { type: 'prediction', drawing: 1, seq: 5, family: 'softmax', model: 'v', probabilities: TEN };
const UNKNOWN = { doubt: null, unsure: null, settled: null, personal: null };

test('a prediction is read as it came', () => {
  const prediction = { ...PREDICTION, doubt: 0.71, unsure: true, settled: false, personal: 7 };

  assert.deepEqual(decodeMessage(JSON.stringify(prediction)), prediction);
});

test('what an older service does not send about a prediction is unknown', () => {
  assert.deepEqual(decodeMessage(JSON.stringify(PREDICTION)), { ...PREDICTION, ...UNKNOWN });
});

test('doubt in a form that this page does not know is unknown, and the prediction is read', () => {
  const newer = { ...PREDICTION, doubt: { letter: 0.7 }, unsure: 'perhaps', settled: 1, personal: null };

  assert.deepEqual(decodeMessage(JSON.stringify(newer)), { ...PREDICTION, ...UNKNOWN });
});

test('a prediction without ten numbers is refused', () => {
  const short = { type: 'prediction', probabilities: TEN.slice(1) };

  assert.throws(() => decodeMessage(JSON.stringify(short)), BadMessage);
});

test('a prediction of another set has a number for each of its classes', () => {
  const prediction = JSON.stringify({ ...PREDICTION, probabilities: [0.5, 0.25, 0.25] });

  assert.deepEqual(decodeMessage(prediction, 3).probabilities, [0.5, 0.25, 0.25]);
  assert.throws(() => decodeMessage(prediction), BadMessage);
});

test('what is not JSON, or no object with a type, is refused', () => {
  for (const text of ['{', '7', 'null', '[]', '{"type": 3}']) assert.throws(() => decodeMessage(text), BadMessage);
});

test('a type that a newer service may say is passed over', () => {
  assert.equal(decodeMessage('{"type": "weather"}'), null);
});

test('an encoding that this page cannot make is known as such', () => {
  assert.deepEqual(['ink20', 'canvas20', 'path48', 'ink40', 'toString'].map(isEncoding), [true, true, true, false, false]);
});
