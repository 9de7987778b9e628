/** The address that replays a drawing. The drawing is in its fragment, which browsers send to nobody. */

import { encodeReplay } from './replay_code.js';

/** How the fragment begins; a replay code follows. */
export const REPLAY = '#replay=';

/**
 * @param {import('./replay_code.js').Drawn} drawn
 * @param {string} page address of any view of the page
 */
export function replayLink(drawn, page) {
  const address = new URL(page);
  address.hash = REPLAY + encodeReplay(drawn);
  return address.href;
}
