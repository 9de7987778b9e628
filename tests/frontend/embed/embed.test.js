import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { EmbedContributing, withdrawConsent } from '../../../frontend/js/embed/embed_contributing.js';
import { languageCode, wordsIn } from '../../../frontend/js/embed/embed_words.js';
import { checkedStrokes } from '../../../frontend/js/embed/loaded_strokes.js';
import { serviceAddress } from '../../../frontend/js/embed/service_address.js';

const SERVICE = 'wss://digits.example/ws';
const LIMITS = { samples_min: 8, samples_max: 40, strokes_max: 64, points_max: 8192 };
const SEVEN = [[[150, 120, 0], [350, 120, 120], [220, 400, 240]]];
const WHAT = { label: 7, pointer: 'mouse', set: null };
const printer = { draw() {}, png: async () => new Uint8Array(8) };

let sent = [];

function contributing() {
  const made = new EmbedContributing(SERVICE, (message) => sent.push(JSON.parse(message)) > 0, printer);
  made.agree('2026-11-3');
  return made;
}

beforeEach(() => {
  sent = [];
  withdrawConsent(SERVICE);
  Object.defineProperty(globalThis, 'localStorage', { value: undefined, configurable: true, writable: true });
});

for (const [tag, code] of [['EN-US', 'en'], ['de', 'de'], ['FR_fr', 'en'], ['fil-PH', 'fil'], ['x-klingon', 'en'], ['', 'en'], ['engl', 'en']]) {
  test(`the language of "${tag}" is ${code} for the service`, () => assert.equal(languageCode(tag), code));
}

test('a language named like a property of every object has the English words', () => {
  assert.equal(wordsIn('constructor').agree, 'Agree');
});

test('a service is named by any of its addresses, with or without a slash', () => {
  globalThis.document = { baseURI: 'https://shop.example/' };
  for (const src of ['wss://digits.example/ws', 'wss://digits.example/ws/', 'https://digits.example', 'https://digits.example/']) {
    assert.equal(serviceAddress(src), SERVICE);
  }
  assert.equal(serviceAddress('https://digits.example/s/shapes/'), 'wss://digits.example/s/shapes/ws');
  delete globalThis.document;
});

test('loaded points get a time, and what is no stroke is refused', () => {
  assert.deepEqual(checkedStrokes([[[1, 2]], [[3, 4, 5]]]), [[[1, 2, 0]], [[3, 4, 5]]]);
  for (const wrong of [null, 'strokes', [[]], [[1, 2]], [[[1]]], [[[1, NaN]]], [[['1', 2]]]]) assert.throws(() => checkedStrokes(wrong), TypeError);
});

test('a drawing that is sent resolves with its receipt', async () => {
  const made = contributing();
  const done = made.give(SEVEN, WHAT, LIMITS);
  await until(() => sent.length === 1);

  made.accepted({ id: sent[0].id, receipt: 'r' });

  assert.deepEqual(await done, { id: sent[0].id, receipt: 'r' });
});

test('a canvas that is removed while its samples are made gives nothing', async () => {
  const made = contributing();
  const done = made.give(SEVEN, WHAT, LIMITS);
  made.end('the canvas was removed');

  await assert.rejects(done, /removed/);
  assert.deepEqual(sent, []);
});

test('a consent that is withdrawn while samples are made gives nothing', async () => {
  const done = contributing().give(SEVEN, WHAT, LIMITS);
  withdrawConsent(SERVICE);

  await assert.rejects(done, /withdrawn/);
  assert.deepEqual(sent, []);
});

test('a drawing that a lost connection took is not sent again after the consent was withdrawn', async () => {
  const made = contributing();
  const done = made.give(SEVEN, WHAT, LIMITS);
  await until(() => sent.length === 1);
  withdrawConsent(SERVICE);

  made.resume();

  await assert.rejects(done, /withdrawn/);
  assert.equal(sent.length, 1);
});

test('a consent that another tab withdraws is withdrawn here', () => {
  const stored = new Map();
  globalThis.localStorage = { getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => stored.set(key, value), removeItem: (key) => stored.delete(key) };
  const made = contributing();
  assert.equal(made.agreed.version, '2026-11-3');

  stored.clear();

  assert.equal(made.agreed, null);
});

async function until(condition) {
  for (let i = 0; i < 100 && !condition(); i++) await new Promise(setImmediate);
  assert.ok(condition());
}
