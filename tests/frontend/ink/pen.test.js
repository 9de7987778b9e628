import assert from 'node:assert/strict';
import { test } from 'node:test';

import { trackPen } from '../../../frontend/js/ink/pen.js';

class Surface extends EventTarget {
  setPointerCapture() {}
  getBoundingClientRect() {
    return { left: 0, top: 0, width: 500, height: 500 };
  }
}

/** What a pen's owner hears of these events, in order. */
function heardOf(...events) {
  const heard = [];
  const surface = new Surface();
  trackPen(surface, {
    down: ([x, y], by) => heard.push(`${by} down at ${x} ${y}`),
    move: (points) => heard.push(...points.map(([x, y]) => `to ${x} ${y}`)),
    up: () => heard.push('up'),
    cancel: () => heard.push('taken back'),
  });
  for (const event of events) surface.dispatchEvent(event);
  return heard;
}

function pointer(type, pointerType, [clientX, clientY], more = {}) {
  const ids = { mouse: 1, touch: 2, pen: 3 };
  const { time: timeStamp = 0, ...rest } = more;
  const said = { pointerType, pointerId: ids[pointerType], isPrimary: true, button: 0, buttons: 1, clientX, clientY, ...rest };
  const event = new Event(type, { cancelable: true });
  for (const [name, value] of Object.entries({ ...said, timeStamp })) Object.defineProperty(event, name, { value });
  return event;
}

test('a stroke goes from down to up, and its end counts', () => {
  const heard = heardOf(
    pointer('pointerdown', 'mouse', [1, 2]),
    pointer('pointermove', 'mouse', [3, 4]),
    pointer('pointerup', 'mouse', [5, 6], { buttons: 0 }),
  );

  assert.deepEqual(heard, ['mouse down at 1 2', 'to 3 4', 'to 5 6', 'up']);
});

test('a second finger draws nothing and ends nothing', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [1, 2]),
    pointer('pointerdown', 'touch', [9, 9], { pointerId: 7, isPrimary: false }),
    pointer('pointermove', 'touch', [9, 8], { pointerId: 7, isPrimary: false }),
    pointer('pointerup', 'touch', [9, 8], { pointerId: 7, isPrimary: false }),
    pointer('pointermove', 'touch', [3, 4]),
  );

  assert.deepEqual(heard, ['touch down at 1 2', 'to 3 4']);
});

test('a cancelled stroke ends where it was', () => {
  const heard = heardOf(pointer('pointerdown', 'touch', [1, 2]), pointer('pointercancel', 'touch', [0, 0]));

  assert.deepEqual(heard, ['touch down at 1 2', 'up']);
});

test('a mouse whose release was lost does not go on drawing, and draws again', () => {
  const heard = heardOf(
    pointer('pointerdown', 'mouse', [1, 2]),
    pointer('pointermove', 'mouse', [8, 8], { buttons: 0 }),
    pointer('pointermove', 'mouse', [9, 9], { buttons: 0 }),
    pointer('pointerdown', 'mouse', [3, 4]),
  );

  assert.deepEqual(heard, ['mouse down at 1 2', 'up', 'mouse down at 3 4']);
});

test('a pointer that comes down again without a release begins a new stroke', () => {
  const heard = heardOf(pointer('pointerdown', 'mouse', [1, 2]), pointer('pointerdown', 'mouse', [3, 4]));

  assert.deepEqual(heard, ['mouse down at 1 2', 'up', 'mouse down at 3 4']);
});

test('a palm that came down before its pen leaves no ink', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [400, 400]),
    pointer('pointerdown', 'pen', [1, 2], { time: 80 }),
    pointer('pointermove', 'touch', [401, 400], { time: 90 }),
    pointer('pointermove', 'pen', [3, 4], { time: 100 }),
  );

  assert.deepEqual(heard, ['touch down at 400 400', 'taken back', 'pen down at 1 2', 'to 3 4']);
});

test('a palm between two strokes of its pen leaves no ink, a finger later does', () => {
  const heard = heardOf(
    pointer('pointerdown', 'pen', [1, 2], { time: 0 }),
    pointer('pointerup', 'pen', [3, 4], { time: 100, buttons: 0 }),
    pointer('pointerdown', 'touch', [400, 400], { time: 300 }),
    pointer('pointerup', 'touch', [400, 400], { time: 350, buttons: 0 }),
    pointer('pointerdown', 'touch', [5, 6], { time: 5000 }),
  );

  assert.deepEqual(heard, ['pen down at 1 2', 'to 3 4', 'up', 'touch down at 5 6']);
});
