/** Objects with an id that outlast a reload: IndexedDB, or the page's memory where the browser keeps nothing. */

/**
 * @template {{readonly id: string}} T
 * @typedef {object} RecordStore
 * @property {boolean} lasting whether a reload finds them again
 * @property {(object: T) => Promise<void>} add puts it in the place of one with the same id
 * @property {(id: string) => Promise<void>} remove
 * @property {() => Promise<readonly T[]>} all
 */

/**
 * Opens, or makes, the database's one store.
 * @template {{readonly id: string}} T
 * @param {string} database
 * @param {string} store
 * @returns {Promise<RecordStore<T>>}
 */
export async function openRecordStore(database, store) {
  try {
    return databaseStore(await openDatabase(database, store), store);
  } catch {
    return memoryStore();
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
 * @template {{readonly id: string}} T
 * @param {IDBDatabase} database
 * @param {string} name
 * @returns {RecordStore<T>}
 */
function databaseStore(database, name) {
  return {
    lasting: true,
    add: (object) => change(database, name, (store) => store.put(object)),
    remove: (id) => change(database, name, (store) => store.delete(id)),
    all: () => result(database.transaction(name).objectStore(name).getAll()),
  };
}

/**
 * @template {{readonly id: string}} T
 * @returns {RecordStore<T>}
 */
export function memoryStore() {
  /** @type {Map<string, T>} */
  const objects = new Map();
  return {
    lasting: false,
    add: async (object) => void objects.set(object.id, object),
    remove: async (id) => void objects.delete(id),
    all: async () => [...objects.values()],
  };
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
    transaction.onabort = () => reject(transaction.error);
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
