import assert from 'node:assert/strict';
import { test } from 'node:test';

import { KeyPen } from '../../../../frontend/js/ink/pen/key_pen.js';

class Surface extends EventTarget {
  matches() {
    return true;
  }

  press(key, more = {}) {
    const event = Object.assign(new Event('keydown', { cancelable: true }), { key, repeat: false, shiftKey: false, ...more });
    this.dispatchEvent(event);
    return event;
  }

  release(key) {
    this.dispatchEvent(Object.assign(new Event('keyup'), { key }));
  }

  tap(key, more) {
    const event = this.press(key, more);
    this.release(key);
    return event;
  }
}

function started() {
  const strokes = [];
  const announced = [];
  const cursor = [];
  let isDown = false;
  const pen = {
    down: ([x, y], pointer) => {
      isDown = true;
      strokes.push([pointer, [x, y]]);
    },
    move: (points) => strokes.at(-1).push(...points.map(([x, y]) => [x, y])),
    up: () => (isDown = false),
    cancel: () => {},
  };
  const surface = new Surface();
  new KeyPen(surface, pen, () => isDown, { cursor: (place, down) => cursor.push([place, down]), tell: (news) => announced.push(news) });
  return { surface, strokes, announced, cursor, undo: () => (isDown = false) };
}

test('arrow keys draw between two presses of Space', () => {
  const { surface, strokes, announced } = started();

  surface.tap('ArrowRight');
  surface.tap(' ');
  surface.tap('ArrowDown');
  surface.tap('ArrowLeft', { shiftKey: true });
  surface.tap(' ');
  surface.tap('ArrowUp');

  assert.deepEqual(strokes, [['unknown', [262, 250], [262, 262], [259, 262]]]);
  assert.deepEqual(announced, ['down', 'up']);
});

test('two arrow keys that are held move the pen obliquely', () => {
  const { surface, cursor } = started();

  surface.press('ArrowRight');
  surface.press('ArrowDown');

  assert.deepEqual(cursor.at(-1), [[274, 262], false]);
});

test('the pen stays on the sheet', () => {
  const { surface, cursor } = started();

  for (let i = 0; i < 50; i++) surface.tap('ArrowLeft');

  assert.deepEqual(cursor.at(-1)[0], [0, 250]);
});

test('Escape puts the pen away, and only the next one is left to the page', () => {
  const { surface, announced, cursor } = started();
  surface.tap(' ');

  const first = surface.tap('Escape');
  const second = surface.tap('Escape');

  assert.deepEqual([first.defaultPrevented, second.defaultPrevented], [true, false]);
  assert.deepEqual([announced.at(-1), cursor.at(-1)], ['ended', [null, false]]);
});

test('a stroke that was undone is not drawn on', () => {
  const { surface, strokes, cursor, undo } = started();
  surface.tap(' ');

  undo();
  surface.tap('ArrowUp');

  assert.equal(strokes[0].length, 2);
  assert.equal(cursor.at(-1)[1], false);
});

test('a held Space puts the pen down once, and shortcuts are not the pen’s', () => {
  const { surface, announced } = started();

  surface.press(' ');
  surface.press(' ', { repeat: true });
  const shortcut = surface.press('ArrowLeft', { altKey: true });

  assert.deepEqual(announced, ['down']);
  assert.equal(shortcut.defaultPrevented, false);
});

test('a pen that loses the focus is lifted', () => {
  const { surface, cursor } = started();
  surface.tap(' ');

  surface.dispatchEvent(new Event('blur'));

  assert.deepEqual(cursor.at(-1), [null, false]);
});
