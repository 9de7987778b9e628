/**
 * The service worker: keeps the page and the weights of its own model for when there is no connection. The network comes
 * first, so that a release is seen at once; a copy is used when the network fails or answers 5xx.
 * A copy is one whole release (`page.json` names its files); it is deleted as soon as another release is seen. A page gets files
 * of its own release from a copy and of no other: what it was opened from is remembered. Nothing else is touched:
 * contributions, the API, websockets, operator pages, embedded canvases and other symbol sets go to the network as if there
 * were no service worker.
 */

const SCOPE = new URL(self.registration.scope);
const PAGE = `midstroke ${SCOPE.pathname} page `; // and the release; other prefixes of this origin have pages of their own
const WEIGHTS = `midstroke ${SCOPE.pathname} weights`;
const RELEASE = 'page.json'; // written last: a copy with it is complete
const RELEASE_OF = /<head data-release="(\w+)"/; // which release a page is of
const FILES = /^(?:|index\.html|page\.json|favicon\.(?:svg|ico)|manifest\.webmanifest|(?:js|css|img|messages)\/[\w./-]+)$/;
const COPIED = 'X-Midstroke-Copy'; // on a page from a copy
const MODEL = 'model/offline';
const WEIGHTS_FILE = /^models\/softmax\/[\w-]+\/weights\.bin$/;

self.addEventListener('install', (event) => {
  self.skipWaiting();
  event.waitUntil(Promise.all([keepPage(), keepWeights()]).catch(() => {})); // without copies it is installed all the same
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname) || url.search) return;
  const path = url.pathname.slice(SCOPE.pathname.length);
  if (request.mode === 'navigate' && FILES.test(path)) {
    event.respondWith(openPage(request, event.resultingClientId));
    event.waitUntil(keepPage().catch(() => {}));
  } else if (FILES.test(path)) {
    event.respondWith(fileOf(opened.get(event.clientId), request, path));
  } else if (path === MODEL) {
    event.respondWith(networkFirst(request, () => keptWeight(MODEL)));
    event.waitUntil(keepWeights().catch(() => {}));
  } else if (WEIGHTS_FILE.test(path)) {
    event.respondWith(keptWeight(path).then((kept) => kept ?? fetch(request)));
  }
});

/** @typedef {{readonly release: string, readonly isCopy: boolean}} Opened what a page was opened from */

/** @type {Map<string, Promise<Opened | null>>} by client; forgotten when the browser ends this worker */
const opened = new Map();
const PAGES = 50; // that are remembered

/**
 * @param {Request} request
 * @param {string} client the page that is opened
 */
async function openPage(request, client) {
  const answer = networkFirst(request, async () => {
    const copy = await copyOf('');
    return copy && new Response(copy.body, { headers: [...copy.headers, [COPIED, '1']] });
  });
  const known = answer.then(async (page) => {
    const [, release] = RELEASE_OF.exec(await page.clone().text()) ?? [];
    return release === undefined ? null : { release, isCopy: page.headers.has(COPIED) };
  });
  opened.set(client, known.catch(() => null));
  for (const oldest of [...opened.keys()].slice(0, -PAGES)) opened.delete(oldest);
  await known;
  return answer;
}

/**
 * A file for a page: one that was opened from a copy takes the copy's, as the network may have another release by now.
 * @param {Promise<Opened | null> | undefined} from
 * @param {Request} request
 * @param {string} path
 */
async function fileOf(from, request, path) {
  const page = (await from) ?? null;
  const copy = () => copyOf(path, page?.release);
  // What is served now is asked of the service, to compare with.
  if (page?.isCopy && path !== RELEASE) return (await copy()) ?? fetch(request);
  return networkFirst(request, path === RELEASE ? () => copyOf(path) : copy);
}

/**
 * @param {Request} request
 * @param {() => Promise<Response | undefined>} copy
 */
async function networkFirst(request, copy) {
  try {
    const answer = await fetch(request);
    return answer.status < 500 ? answer : ((await copy()) ?? answer);
  } catch (error) {
    const kept = await copy();
    if (kept) return kept;
    throw error;
  }
}

/**
 * The file in the complete copy, of this release or of whichever there is.
 * @param {string} path
 * @param {string} [release]
 */
async function copyOf(path, release) {
  await comparing;
  for (const name of await pageCaches()) {
    if (release !== undefined && name !== PAGE + release) continue;
    const cache = await caches.open(name);
    if (await cache.match(address(RELEASE))) return cache.match(address(path));
  }
  return undefined;
}

/** @param {string} path */
async function keptWeight(path) {
  return (await caches.open(WEIGHTS)).match(address(path));
}

/** @type {Promise<void> | null} */
let keeping = null;
/** @type {Promise<unknown>} */
let comparing = Promise.resolve(); // until the copies of other releases are deleted

/** Copies the release that is served now, unless there is a copy of it. */
function keepPage() {
  keeping ??= copyRelease().finally(() => (keeping = null));
  return keeping;
}

async function copyRelease() {
  const served = servedRelease();
  comparing = served.catch(() => {}); // without an answer there is nothing to compare with
  const release = await served;
  const name = PAGE + release.version;
  const cache = await caches.open(name);
  if (!(await cache.match(address(RELEASE)))) {
    try {
      await Promise.all(release.files.map(async (path) => cache.put(address(path), await fetched(path, 'no-cache'))));
      const after = await fetched(RELEASE, 'no-store');
      if ((await after.clone().json()).version !== release.version) throw new Error('another release was published meanwhile');
      await cache.put(address(RELEASE), after);
    } catch (error) {
      await caches.delete(name);
      throw error;
    }
  }
}

/** The release that is served now; copies of other releases are deleted, so that none is ever shown after this one. */
async function servedRelease() {
  const release = await (await fetched(RELEASE, 'no-store')).json();
  for (const name of await pageCaches()) if (name !== PAGE + release.version) await caches.delete(name);
  return release;
}

/** Copies the weights that the service names, and drops those of other versions. */
async function keepWeights() {
  const named = await fetched(MODEL, 'no-cache');
  const { family, model } = await named.clone().json();
  const path = `models/${family}/${model}/weights.bin`;
  const cache = await caches.open(WEIGHTS);
  if (!(await cache.match(address(path)))) await cache.put(address(path), await fetched(path, 'default'));
  await cache.put(address(MODEL), named);
  const kept = [address(path), address(MODEL)];
  for (const { url } of await cache.keys()) if (!kept.includes(url)) await cache.delete(url);
}

async function pageCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(PAGE));
}

/** @param {string} path */
function address(path) {
  return new URL(path, SCOPE).href;
}

/**
 * @param {string} path
 * @param {RequestCache} cache
 */
async function fetched(path, cache) {
  const answer = await fetch(address(path), { cache });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer;
}
