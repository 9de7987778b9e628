/** The record store on IndexedDBs that never answer, throw, are full or are closed by the system. */

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { openRecordStore } from '../../../../frontend/js/ui/storage/record_store.js';

afterEach(() => delete globalThis.indexedDB);

/** An IndexedDB of one store, as far as the page uses it. `trouble` may throw at the start of a transaction. */
class FakeDatabase {
  records = new Map();
  opened = 0;
  trouble = () => {};
  connections = [];

  open() {
    this.opened++;
    const request = {};
    setTimeout(() => {
      const connection = { close() {}, transaction: (name, mode) => this.transaction(connection, mode) };
      this.connections.push(connection);
      request.result = connection;
      request.onsuccess?.();
    });
    return request;
  }

  transaction(connection) {
    this.trouble(connection);
    const transaction = { error: new Error('aborted') };
    const store = {
      put: (record) => this.records.set(record.id, record),
      delete: (id) => this.records.delete(id),
      getAll: () => {
        const request = { result: [...this.records.values()] };
        setTimeout(() => request.onsuccess?.());
        return request;
      },
    };
    setTimeout(() => (this.full ? transaction.onabort?.() : transaction.oncomplete?.()));
    transaction.objectStore = () => store;
    return transaction;
  }
}

function idsOf(records) {
  return records.map(({ id }) => id);
}

test('records are stored and read again by the next page', async () => {
  globalThis.indexedDB = new FakeDatabase();
  const store = openRecordStore('d', 's');

  assert.equal(await store.add({ id: 'a' }), true);
  await store.add({ id: 'b' });
  await store.remove('a');

  assert.deepEqual(idsOf(await openRecordStore('d', 's').all()), ['b']);
  assert.equal(store.lasting, true);
});

test('an open that never answers is waited for once, and the records last as long as the page', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  globalThis.indexedDB = { open: () => ({}) };
  let changes = 0;
  const store = openRecordStore('d', 's', () => changes++);

  const adding = store.add({ id: 'a' });
  context.mock.timers.tick(3000);
  assert.equal(await adding, false);
  const reading = store.all();
  context.mock.timers.tick(50);

  assert.deepEqual(idsOf(await reading), ['a']);
  assert.deepEqual([store.lasting, changes], [false, 1]);
});

for (const [name, indexedDB] of [
  ['is missing', undefined],
  ['throws', { open: () => { throw new Error('SecurityError'); } }],
]) {
  test(`records last as long as the page where IndexedDB ${name}`, async () => {
    globalThis.indexedDB = indexedDB;
    const store = openRecordStore('d', 's');

    assert.equal(await store.add({ id: 'a' }), false);
    await store.add({ id: 'b' });
    await store.remove('a');

    assert.deepEqual(idsOf(await store.all()), ['b']);
    assert.equal(store.lasting, false);
  });
}

test('a connection that the system closed is opened again', async () => {
  const database = new FakeDatabase();
  globalThis.indexedDB = database;
  const store = openRecordStore('d', 's');
  await store.add({ id: 'a' });
  const [first] = database.connections;
  database.trouble = (connection) => {
    if (connection === first) throw new Error('InvalidStateError: the connection is closing');
  };

  assert.equal(await store.add({ id: 'b' }), true);
  database.connections.at(-1).onclose();
  await store.add({ id: 'c' });

  assert.deepEqual([...database.records.keys()], ['a', 'b', 'c']);
  assert.deepEqual([database.opened, store.lasting], [3, true]);
});

test('what a full disk refused is stored with the next record that fits', async () => {
  const database = new FakeDatabase();
  globalThis.indexedDB = database;
  const store = openRecordStore('d', 's');
  database.full = true;

  assert.equal(await store.add({ id: 'a' }), false);
  assert.deepEqual([idsOf(await store.all()), store.lasting], [['a'], false]);
  database.full = false;
  database.records.clear();
  await store.add({ id: 'b' });

  assert.deepEqual([...database.records.keys()], ['a', 'b']);
  assert.equal(store.lasting, true);
});
