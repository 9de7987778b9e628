/** Lets the browser keep the page for when there is no connection, by the service worker `sw.js`. */

/** Browsers allow it on https and localhost alone; elsewhere an open page keeps what it has in memory. */
export function keepPage() {
  if (!('serviceWorker' in navigator)) return;
  // Relative to the page, so that each path prefix has its own. Never from the browser's cache: it decides on the copies.
  navigator.serviceWorker.register('sw.js', { updateViaCache: 'none' }).catch((error) => console.info(`this page is not kept: ${error}`));
}
