/** Contributions that the service has not answered yet, kept in IndexedDB so that a reload loses none. */

/** @typedef {import('./protocol.js').Contribution} Contribution */
/**
 * @typedef {object} Pending
 * @property {boolean} lasting whether a reload finds them again
 * @property {(contribution: Contribution) => Promise<void>} add
 * @property {(id: string) => Promise<void>} remove
 * @property {() => Promise<readonly Contribution[]>} all
 */

const DATABASE = 'midstroke';
const STORE = 'contributions';

/**
 * Opens the kept contributions; in a browser that keeps nothing they last as long as the page.
 * @returns {Promise<Pending>}
 */
export async function openPending() {
  try {
    return keptIn(await openDatabase());
  } catch {
    return keptInPage();
  }
}

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'id' });
  return result(opening);
}

/**
 * @param {IDBDatabase} database
 * @returns {Pending}
 */
function keptIn(database) {
  return {
    lasting: true,
    add: (contribution) => change(database, (store) => store.put(contribution)),
    remove: (id) => change(database, (store) => store.delete(id)),
    all: () => result(database.transaction(STORE).objectStore(STORE).getAll()),
  };
}

/** @returns {Pending} */
function keptInPage() {
  /** @type {Map<string, Contribution>} */
  const contributions = new Map();
  return {
    lasting: false,
    add: async (contribution) => void contributions.set(contribution.id, contribution),
    remove: async (id) => void contributions.delete(id),
    all: async () => [...contributions.values()],
  };
}

/**
 * @param {IDBDatabase} database
 * @param {(store: IDBObjectStore) => void} make
 * @returns {Promise<void>}
 */
function change(database, make) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, 'readwrite');
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    make(transaction.objectStore(STORE));
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
