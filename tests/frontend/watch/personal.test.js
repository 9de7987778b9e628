import assert from 'node:assert/strict';
import test from 'node:test';

import '../english.js';
import { Personal, gainWords, personalWords } from '../../../frontend/js/watch/personal.js';

const TOKEN = 'a'.repeat(32);

function tab() {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

test('the token goes out with consent alone', () => {
  const personal = new Personal(tab(), TOKEN);

  assert.equal(personal.identity(false), null);
  assert.deepEqual(personal.identity(true), { contributor: TOKEN, personal: true });
});

test('the switch keeps the token and turns personal answers off and on', () => {
  const personal = new Personal(tab(), TOKEN);

  personal.toggle();
  assert.deepEqual(personal.identity(true), { contributor: TOKEN, personal: false });
  personal.toggle();
  assert.equal(personal.identity(true).personal, true);
});

test('for somebody else no token goes out, until the tab is closed or they say so', () => {
  const storage = tab();
  new Personal(storage, TOKEN).setSomeoneElse(true);

  const reloaded = new Personal(storage, TOKEN);
  assert.equal(reloaded.identity(true), null);
  reloaded.setSomeoneElse(false);
  assert.equal(reloaded.identity(true).contributor, TOKEN);
});

test('a browser that stores nothing keeps it as long as the page', () => {
  const personal = new Personal({ ...tab(), setItem: () => assert.fail('full') }, TOKEN);

  personal.setSomeoneElse(true);

  assert.equal(personal.identity(true), null);
});

test('the line says how many drawings are used, and nothing without any', () => {
  const personal = new Personal(tab(), TOKEN);

  assert.equal(personalWords(personal, 7), 'Uses 7 of your drawings');
  assert.equal(personalWords(personal, 0), '');
  personal.toggle();
  assert.equal(personalWords(personal, 7), 'Your drawings are not used');
});

test('the gain is shown after one of each digit, losses too', () => {
  const state = (digits, personal) => ({ drawings: 12, digits, gain: { drawings: 6, plain: 0.8, personal } });

  assert.equal(gainWords(state(9, 0.9)), '');
  assert.equal(gainWords(state(10, 0.9)), '10 points better');
  assert.equal(gainWords(state(10, 0.79)), '1 point worse');
  assert.equal(gainWords(state(10, 0.8)), 'no gain yet');
  assert.equal(gainWords({ drawings: 10, digits: 10, gain: null }), '');
  assert.equal(gainWords(null), '');
});
