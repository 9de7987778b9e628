import assert from 'node:assert/strict';
import { test } from 'node:test';

import { trackPen } from '../../../../frontend/js/ink/pen/pen.js';
import { Surface, heardOf, pointer } from './pointers.js';

test('a stroke goes from down to up, and its end counts', () => {
  const heard = heardOf(
    pointer('pointerdown', 'mouse', [1, 2]),
    pointer('pointermove', 'mouse', [3, 4]),
    pointer('pointerup', 'mouse', [5, 6], { buttons: 0 }),
  );

  assert.deepEqual(heard, ['mouse down at 1 2', 'to 3 4', 'to 5 6', 'up']);
});

test('a cancelled stroke ends where it was', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [1, 2]),
    pointer('pointermove', 'touch', [30, 40]),
    pointer('pointercancel', 'touch', [0, 0]),
  );

  assert.deepEqual(heard, ['touch down at 1 2', 'to 30 40', 'up']);
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

test('a stroke ends with the left button, though another is held', () => {
  const heard = heardOf(
    pointer('pointerdown', 'mouse', [1, 2]),
    pointer('pointermove', 'mouse', [3, 4], { button: 2, buttons: 3 }),
    pointer('pointermove', 'mouse', [3, 4], { button: 0, buttons: 2 }),
    pointer('pointermove', 'mouse', [9, 9], { button: -1, buttons: 2 }),
  );

  assert.deepEqual(heard, ['mouse down at 1 2', 'to 3 4', 'up']);
});

test('right button, eraser and barrel button draw nothing', () => {
  const others = [
    pointer('pointerdown', 'mouse', [1, 2], { button: 2, buttons: 2 }),
    pointer('pointerdown', 'pen', [1, 2], { button: 5, buttons: 32 }),
    pointer('pointerdown', 'pen', [1, 2], { button: 0, buttons: 33 }),
    pointer('pointerdown', 'pen', [1, 2], { button: 2, buttons: 2 }),
  ];

  for (const other of others) assert.deepEqual(heardOf(other), []);
});

test('a stroke ends when nobody listens any more, and the page scrolls again', () => {
  const surface = new Surface();
  surface.ownerDocument = new EventTarget();
  const heard = [];
  const stop = trackPen(surface, { down: () => heard.push('down'), move: () => heard.push('move'), up: () => heard.push('up') }, surface);
  surface.dispatchEvent(pointer('pointerdown', 'mouse', [1, 2]));

  stop();

  assert.deepEqual(heard, ['down', 'up']);
  assert.equal(surface.ownerDocument.dispatchEvent(new Event('wheel', { cancelable: true })), true);
});

test('a pointer that cannot be captured draws all the same', () => {
  const surface = new Surface();
  const heard = [];
  surface.setPointerCapture = () => {
    throw new Error('NotFoundError');
  };
  trackPen(surface, { down: () => heard.push('down'), move: () => heard.push('move'), up: () => heard.push('up') }, surface);

  surface.dispatchEvent(pointer('pointerdown', 'mouse', [1, 2]));
  surface.dispatchEvent(pointer('pointermove', 'mouse', [3, 4]));

  assert.deepEqual(heard, ['down', 'move']);
});

test('a surface that takes the pointer from what is within it does not end the stroke, one that loses it does', () => {
  const surface = new Surface();
  const heard = [];
  trackPen(surface, { down: () => heard.push('down'), move: () => heard.push('move'), up: () => heard.push('up') }, surface);
  surface.dispatchEvent(pointer('pointerdown', 'touch', [1, 2]));

  surface.dispatchEvent(pointer('lostpointercapture', 'touch', [1, 2], { composedPath: () => [new EventTarget(), surface] }));
  surface.dispatchEvent(pointer('pointermove', 'touch', [3, 4]));
  surface.dispatchEvent(pointer('lostpointercapture', 'touch', [3, 4]));

  assert.deepEqual(heard, ['down', 'move', 'up']);
});

for (const type of ['pointermove', 'pointerup']) {
  test(`a canvas that is hidden under the pen ends the stroke where it was, at the next ${type}`, () => {
    const surface = new Surface();
    const heard = [];
    trackPen(surface, { down: () => heard.push('down'), move: () => heard.push('move'), up: () => heard.push('up') }, surface);

    surface.dispatchEvent(pointer('pointerdown', 'mouse', [1, 2]));
    surface.getBoundingClientRect = () => ({ left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0 });
    surface.dispatchEvent(pointer(type, 'mouse', [3, 4]));

    assert.deepEqual(heard, ['down', 'up']);
  });
}
