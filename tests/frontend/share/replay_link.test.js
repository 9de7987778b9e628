import assert from 'node:assert/strict';
import { test } from 'node:test';

import { decodeReplay } from '../../../frontend/js/share/replay_code.js';
import { REPLAY, replayLink } from '../../../frontend/js/share/replay_link.js';

const STROKES = [[[100, 50, 0], [120, 80, 40]]];

test('the drawing is in the fragment alone', () => {
  const address = new URL(replayLink({ label: null, strokes: STROKES }, 'https://example.org/digits/#watch'));

  assert.equal(address.href.split('#')[0], 'https://example.org/digits/');
  assert.deepEqual(decodeReplay(address.hash.slice(REPLAY.length)), { label: null, strokes: STROKES });
});
