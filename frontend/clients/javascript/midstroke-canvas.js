/** Loads the element from the service that it will talk to, so that both are always of the same release. */

const FIRST_MS = 1000; // before it is tried again; doubled each time
const LONGEST_MS = 15_000;

/**
 * Defines <midstroke-canvas>. The service has to allow the page's origin (MIDSTROKE_ALLOWED_ORIGINS). While it can't be loaded,
 * it is tried again: the page may be opened before the service.
 * @param {string} service its address, such as `https://digits.example/`
 * @param {{readonly signal?: AbortSignal}} [options] `signal` gives up
 * @returns {Promise<CustomElementConstructor>}
 * @throws the signal's reason, or what the module throws
 */
export async function defineMidstrokeCanvas(service, { signal } = {}) {
  const base = service.endsWith('/') ? service : `${service}/`;
  const address = new URL('embed/midstroke-canvas.js', base).href;
  for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
    signal?.throwIfAborted();
    try {
      return (await import(address)).MidstrokeCanvas;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it was loaded
      if (wait === FIRST_MS) console.warn(`midstroke-canvas: ${error.message}; trying again`);
    }
    await new Promise((go) => setTimeout(go, wait));
  }
}
