import assert from 'node:assert/strict';
import test from 'node:test';

import { Personal } from '../../../frontend/js/watch/personal.js';

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
