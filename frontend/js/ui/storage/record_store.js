/** Stores records by id in IndexedDB. Where IndexedDB fails or never answers, the records last as long as the page. */

const PATIENCE_MS = 3000; // some browsers never answer `open`
const NO_PATIENCE_MS = 50; // once it has kept silent

/**
 * @template {{readonly id: string}} T
 * @typedef {object} RecordStore
 * @property {boolean} lasting read-only: whether a reload finds the records again, as far as known
 * @property {(record: T) => Promise<boolean>} add replaces a record of the same id; whether a reload finds it again
 * @property {(id: string) => Promise<void>} remove
 * @property {() => Promise<readonly T[]>} all
 */

/** IndexedDB did not answer in time. */
class NoAnswer extends Error {}

/**
 * A store that works at once; its database opens in the background. No method rejects.
 * @template {{readonly id: string}} T
 * @param {string} database
 * @param {string} store the database's only object store
 * @param {() => void} [changed] `lasting` has changed
 * @returns {RecordStore<T>}
 */
export function openRecordStore(database, store, changed = () => {}) {
  return new IndexedRecords(database, store, changed);
}

/**
 * @template {{readonly id: string}} T
 * @returns {RecordStore<T>}
 */
export function memoryStore() {
  /** @type {Map<string, T>} */
  const records = new Map();
  return {
    lasting: false,
    add: async (record) => {
      records.set(record.id, record);
      return false;
    },
    remove: async (id) => void records.delete(id),
    all: async () => [...records.values()],
  };
}

/** @template {{readonly id: string}} T */
class IndexedRecords {
  #name;
  #store;
  #changed;
  /** @type {Map<string, T>} */ #unstored = new Map();
  /** @type {Set<string>} */ #unremoved = new Set();
  /** @type {Promise<IDBDatabase> | null} */ #opening = null;
  #lasting = true;
  #silent = false;

  /**
   * @param {string} name
   * @param {string} store
   * @param {() => void} changed
   */
  constructor(name, store, changed) {
    this.#name = name;
    this.#store = store;
    this.#changed = changed;
  }

  get lasting() {
    return this.#lasting;
  }

  /** @param {T} record */
  async add(record) {
    this.#unstored.set(record.id, record);
    this.#unremoved.delete(record.id);
    return this.#write();
  }

  /** @param {string} id */
  async remove(id) {
    this.#unstored.delete(id);
    this.#unremoved.add(id);
    await this.#write();
  }

  /** @returns {Promise<readonly T[]>} */
  async all() {
    const stored = await this.#attempt((database) => result(database.transaction(this.#store).objectStore(this.#store).getAll()));
    const records = new Map((stored?.value ?? []).map((/** @type {T} */ record) => [record.id, record]));
    for (const id of this.#unremoved) records.delete(id);
    for (const [id, record] of this.#unstored) records.set(id, record);
    return [...records.values()];
  }

  /** Writes every change that is not stored yet, earlier failures too; whether that worked. */
  async #write() {
    const records = [...this.#unstored.values()];
    const removed = [...this.#unremoved];
    const done = await this.#attempt((database) =>
      change(database, this.#store, (store) => {
        for (const record of records) store.put(record);
        for (const id of removed) store.delete(id);
      }),
    );
    if (done) {
      for (const record of records) if (this.#unstored.get(record.id) === record) this.#unstored.delete(record.id);
      for (const id of removed) this.#unremoved.delete(id);
    }
    // Removing works on a full disk too, and is no sign that there is room again.
    if (done && records.length > 0) this.#setLasting(true);
    return done !== null;
  }

  /**
   * Runs the work, a second time on a new connection: the system closes old ones in the background.
   * @template R
   * @param {(database: IDBDatabase) => Promise<R>} work
   * @returns {Promise<{readonly value: R} | null>} null when it failed
   */
  async #attempt(work) {
    for (let attempts = 0; attempts < 2; attempts++) {
      const opening = (this.#opening ??= this.#open());
      try {
        return { value: await within(this.#silent ? NO_PATIENCE_MS : PATIENCE_MS, opening.then(work)) };
      } catch (error) {
        if (error instanceof NoAnswer) {
          this.#silent = true;
          break;
        }
        if (this.#opening === opening) this.#opening = null;
      }
    }
    this.#setLasting(false);
    return null;
  }

  async #open() {
    const database = await openDatabase(this.#name, this.#store);
    const forget = () => {
      database.close();
      this.#opening = null;
    };
    database.onclose = forget;
    database.onversionchange = forget;
    if (this.#silent) setTimeout(() => void this.#write()); // it answers after all
    this.#silent = false;
    return database;
  }

  /** @param {boolean} lasting */
  #setLasting(lasting) {
    if (lasting === this.#lasting) return;
    this.#lasting = lasting;
    this.#changed();
  }
}

/**
 * @param {string} name
 * @param {string} store
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(name, store) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store, { keyPath: 'id' });
  return result(opening);
}

/**
 * @param {IDBDatabase} database
 * @param {string} name
 * @param {(store: IDBObjectStore) => void} make
 * @returns {Promise<void>}
 */
function change(database, name, make) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, 'readwrite');
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
    make(transaction.objectStore(name));
  });
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template T
 * @param {number} ms
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
function within(ms, work) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer(`IndexedDB gave no answer in ${ms} ms`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
