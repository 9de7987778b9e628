/** Parses the address of an embedded canvas's service. */

/**
 * The websocket of a service at any of its addresses; relative ones are the page's own.
 * @param {string | null} src
 * @returns {string | null} null for none
 */
export function serviceAddress(src) {
  if (!src) return null;
  try {
    const address = new URL(src, document.baseURI);
    address.protocol = address.protocol.replace(/^http/, 'ws');
    if (!/^wss?:$/.test(address.protocol)) return null;
    address.pathname = address.pathname.replace(/(?:\/ws)?\/*$/, '/ws');
    address.search = address.hash = '';
    return address.href;
  } catch {
    return null;
  }
}
