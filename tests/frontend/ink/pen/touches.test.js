import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FIRST, LATER, beside, heardOf, pointer } from './pointers.js';

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

test('a touch that the system cancels where it came down leaves no ink', () => {
  const heard = heardOf(pointer('pointerdown', 'touch', [1, 2]), pointer('pointercancel', 'touch', [0, 0]));

  assert.deepEqual(heard, ['touch down at 1 2', 'taken back']);
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
    pointer('pointermove', 'touch', [55, 6], { time: 5010 }),
  );

  assert.deepEqual(heard, ['pen down at 1 2', 'to 3 4', 'up', 'touch down at 5 6', 'to 55 6']);
});

test('a finger draws while a thumb rests beside the canvas', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [700, 700], { ...FIRST, ...beside }),
    pointer('pointerdown', 'touch', [1, 2], LATER),
    pointer('pointermove', 'touch', [3, 4], LATER),
    pointer('pointerup', 'touch', [5, 6], { ...LATER, buttons: 0 }),
  );

  assert.deepEqual(heard, ['touch down at 1 2', 'to 3 4', 'to 5 6', 'up']);
});

test('a finger draws while a thumb rests on the canvas, and the thumb leaves no ink', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [400, 400], FIRST),
    pointer('pointermove', 'touch', [402, 400], FIRST),
    pointer('pointerdown', 'touch', [1, 2], LATER),
    pointer('pointermove', 'touch', [40, 2], LATER),
    pointer('pointermove', 'touch', [404, 404], FIRST),
    pointer('pointerup', 'touch', [50, 2], { ...LATER, buttons: 0 }),
  );

  assert.deepEqual(heard, [
    ...['touch down at 400 400', 'to 402 400', 'taken back'],
    ...['touch down at 1 2', 'to 40 2', 'to 50 2', 'up'],
  ]);
});

test('a finger held beside a stroke does not draw after it', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [1, 2], FIRST),
    pointer('pointermove', 'touch', [50, 2], FIRST),
    pointer('pointerdown', 'touch', [400, 400], LATER),
    pointer('pointerup', 'touch', [60, 2], { ...FIRST, buttons: 0 }),
    pointer('pointermove', 'touch', [300, 300], LATER),
  );

  assert.deepEqual(heard, ['touch down at 1 2', 'to 50 2', 'to 60 2', 'up']);
});

/** Two fingers that move to both sides, the one of `order` first. */
function pinch(order, { pause = 0, beside: others = {} } = {}) {
  const fingers = { left: [FIRST, [200, 100], [150, 100], [120, 100]], right: [{ ...LATER, ...others }, [300, 100], [350, 100], [380, 100]] };
  const [one, other] = order.map((name) => fingers[name]);
  return [
    ...['left', 'right'].map((name) => pointer('pointerdown', 'touch', fingers[name][1], fingers[name][0])),
    pointer('pointermove', 'touch', one[2], one[0]),
    pointer('pointermove', 'touch', other[2], { ...other[0], time: pause }),
    pointer('pointermove', 'touch', one[3], { ...one[0], time: pause }),
    pointer('pointermove', 'touch', other[3], { ...other[0], time: pause }),
  ];
}

for (const order of [['left', 'right'], ['right', 'left']]) {
  test(`a pinch leaves no ink, when the ${order[0]} finger moves first`, () => {
    const heard = heardOf(...pinch(order));

    assert.equal(heard.at(-1), 'taken back');
    assert.equal(heard.filter((words) => words.includes('down')).length, heard.filter((words) => words === 'taken back').length);
  });
}

test('a pinch with a finger beside the canvas leaves no ink', () => {
  assert.equal(heardOf(...pinch(['left', 'right'], { beside })).at(-1), 'taken back');
});

test('a hand that moves against its finger later, or along with it at once, takes no stroke back', () => {
  const later = heardOf(...pinch(['left', 'right'], { pause: 400 }));
  const along = heardOf(
    pointer('pointerdown', 'touch', [1, 2], FIRST),
    pointer('pointerdown', 'touch', [300, 300], LATER),
    pointer('pointermove', 'touch', [51, 2], FIRST),
    pointer('pointermove', 'touch', [350, 300], LATER),
  );

  assert.deepEqual(later, ['touch down at 200 100', 'to 150 100', 'to 120 100']);
  assert.deepEqual(along, ['touch down at 1 2', 'to 51 2']);
});

test('a contact as wide as a palm leaves no ink, whether it lands or grows so', () => {
  const landing = heardOf(pointer('pointerdown', 'touch', [1, 2], { width: 90, height: 40 }));
  const growing = heardOf(
    pointer('pointerdown', 'touch', [1, 2], { width: 30, height: 30 }),
    pointer('pointermove', 'touch', [2, 2], { width: 60, height: 95 }),
  );

  assert.deepEqual(landing, []);
  assert.deepEqual(growing, ['touch down at 1 2', 'taken back']);
});

test('a palm leaves no ink while a pen hovers, though the pen is held still', () => {
  const heard = heardOf(
    pointer('pointermove', 'pen', [1, 2], { buttons: 0, time: 0 }),
    pointer('pointerdown', 'touch', [400, 400], { time: 6000 }),
    pointer('pointermove', 'touch', [450, 400], { time: 6100 }),
  );

  assert.deepEqual(heard, []);
});

test('a palm that comes down long after its pen leaves no dot, a finger draws from where it came down', () => {
  const pen = [pointer('pointermove', 'pen', [1, 2], { buttons: 0 }), pointer('pointerout', 'pen', [0, 0], { relatedTarget: null })];
  const palm = [pointer('pointerdown', 'touch', [400, 400], { time: 9000 }), pointer('pointermove', 'touch', [405, 400], { time: 9900 })];

  assert.deepEqual(heardOf(...pen, ...palm), []);
  assert.deepEqual(heardOf(...pen, ...palm, pointer('pointermove', 'touch', [440, 400], { time: 9950 })), [
    ...['touch down at 400 400', 'to 405 400', 'to 440 400'],
  ]);
});

test('a pen that comes near takes back the dot of its palm', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [400, 400]),
    pointer('pointermove', 'pen', [1, 2], { buttons: 0, time: 80 }),
  );

  assert.deepEqual(heard, ['touch down at 400 400', 'taken back']);
});
