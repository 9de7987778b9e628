import assert from 'node:assert/strict';
import { test } from 'node:test';

import { trackPen } from '../../../../frontend/js/ink/pen/pen.js';

class Surface extends EventTarget {
  setPointerCapture() {}
  getBoundingClientRect() {
    return { left: 0, top: 0, right: 500, bottom: 500, width: 500, height: 500 };
  }
}

/** What a pen's owner hears of these events, in order. */
function heardOf(...events) {
  const heard = [];
  const surface = new Surface();
  const pen = {
    down: ([x, y], by) => heard.push(`${by} down at ${x} ${y}`),
    move: (points) => heard.push(...points.map(([x, y]) => `to ${x} ${y}`)),
    up: () => heard.push('up'),
    cancel: () => heard.push('taken back'),
  };
  trackPen(surface, pen, surface);
  for (const event of events) surface.dispatchEvent(event);
  return heard;
}

function pointer(type, pointerType, [clientX, clientY], more = {}) {
  const ids = { mouse: 1, touch: 2, pen: 3 };
  const { time: timeStamp = 0, ...rest } = more;
  const usual = { pointerType, pointerId: ids[pointerType], isPrimary: true, button: 0, buttons: 1, width: 1, height: 1 };
  const event = new Event(type, { cancelable: true });
  for (const [name, value] of Object.entries({ ...usual, clientX, clientY, ...rest, timeStamp })) Object.defineProperty(event, name, { value });
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
  const heard = heardOf(
    pointer('pointerdown', 'touch', [1, 2]),
    pointer('pointermove', 'touch', [30, 40]),
    pointer('pointercancel', 'touch', [0, 0]),
  );

  assert.deepEqual(heard, ['touch down at 1 2', 'to 30 40', 'up']);
});

test('a touch that the system cancels where it came down leaves no ink', () => {
  const heard = heardOf(pointer('pointerdown', 'touch', [1, 2]), pointer('pointercancel', 'touch', [0, 0]));

  assert.deepEqual(heard, ['touch down at 1 2', 'taken back']);
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
    pointer('pointermove', 'touch', [55, 6], { time: 5010 }),
  );

  assert.deepEqual(heard, ['pen down at 1 2', 'to 3 4', 'up', 'touch down at 5 6', 'to 55 6']);
});

const FIRST = { pointerId: 7, isPrimary: true };
const LATER = { pointerId: 8, isPrimary: false };
const beside = { composedPath: () => [new EventTarget()] };

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

test('a mouse pressed beside the canvas draws from where it enters', () => {
  const heard = heardOf(
    pointer('pointerdown', 'mouse', [-80, 200], beside),
    pointer('pointermove', 'mouse', [-20, 200], beside),
    pointer('pointermove', 'mouse', [30, 200]),
    pointer('pointerup', 'mouse', [60, 200], { buttons: 0 }),
  );

  assert.deepEqual(heard, ['mouse down at 0 200', 'to 30 200', 'to 60 200', 'up']);
});

test('a mouse pressed on a button beside the canvas draws nothing', () => {
  const button = { composedPath: () => [{ closest: (selector) => selector.includes('button') || null }] };

  const heard = heardOf(pointer('pointerdown', 'mouse', [-80, 200], button), pointer('pointermove', 'mouse', [30, 200]));

  assert.deepEqual(heard, []);
});

for (const by of ['mouse', 'touch']) {
  test(`a ${by} pressed on what follows it itself, as another canvas does, draws nothing here`, () => {
    const press = pointer('pointerdown', by, [-80, 200], beside);
    press.preventDefault();

    const heard = heardOf(press, pointer('pointermove', by, [30, 200]), pointer('pointerup', by, [60, 200], { buttons: 0 }));

    assert.deepEqual(heard, []);
  });
}

test('a mouse that is over something else on the canvas does not enter, a touch that stays with what it pressed does', () => {
  const [mouse, touch] = ['mouse', 'touch'].map((by) =>
    heardOf(pointer('pointerdown', by, [-80, 200], beside), pointer('pointermove', by, [30, 200], beside)),
  );

  assert.deepEqual(mouse, []);
  assert.deepEqual(touch, ['touch down at 0 200', 'to 30 200']);
});

test('a touch from beside the canvas that the system takes to scroll the page leaves no ink', () => {
  const heard = heardOf(
    pointer('pointerdown', 'touch', [100, 510], beside),
    pointer('pointermove', 'touch', [100, 480], beside),
    pointer('pointercancel', 'touch', [0, 0]),
  );

  assert.deepEqual(heard, ['touch down at 100 500', 'to 100 480', 'taken back']);
});

test('a mouse that selects text does not enter, one that left a selection elsewhere does', () => {
  const [selecting, selected] = ['', 'some text'].map((before) => {
    const surface = new Surface();
    let text = before;
    surface.ownerDocument = Object.assign(new EventTarget(), { getSelection: () => text });
    const heard = [];
    trackPen(surface, { down: () => heard.push('down'), move: () => {}, up: () => {} }, surface);
    surface.dispatchEvent(pointer('pointerdown', 'mouse', [-80, 200], beside));
    text = 'some text';
    surface.dispatchEvent(pointer('pointermove', 'mouse', [30, 200]));
    return heard;
  });

  assert.deepEqual([selecting, selected], [[], ['down']]);
});

test('what a page lets be dragged can be dragged, and what is selected only where the pen does not come from', () => {
  const prevented = [{ draggable: true }, {}].map((target) => {
    const drag = new Event('dragstart', { cancelable: true });
    Object.defineProperty(drag, 'composedPath', { value: () => [target] });
    heardOf(pointer('pointerdown', 'mouse', [-80, 200], beside), drag);
    return drag.defaultPrevented;
  });

  assert.deepEqual(prevented, [false, true]);
});

for (const type of ['blur', 'pagehide', 'visibilitychange']) {
  test(`a stroke ends at ${type}, and its pointer draws no more until it comes down again`, () => {
    const heard = heardOf(
      pointer('pointerdown', 'mouse', [1, 2]),
      new Event(type),
      pointer('pointermove', 'mouse', [8, 8]),
      pointer('pointerdown', 'mouse', [3, 4]),
    );

    assert.deepEqual(heard, ['mouse down at 1 2', 'up', 'mouse down at 3 4']);
  });
}

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

test('a stroke begun outside enters where its way crosses the rim', () => {
  const heard = heardOf(
    pointer('pointerdown', 'mouse', [-20, 100], beside),
    pointer('pointermove', 'mouse', [20, 140]),
    pointer('pointermove', 'mouse', [30, 140]),
  );

  assert.deepEqual(heard, ['mouse down at 0 120', 'to 20 140', 'to 30 140']);
});

test('a stroke begun outside enters at the first of the places that one event has', () => {
  const places = [[-10, 50], [10, 50], [40, 60]].map((place) => pointer('pointermove', 'mouse', place));

  const heard = heardOf(
    pointer('pointerdown', 'mouse', [-30, 50], beside),
    pointer('pointermove', 'mouse', [40, 60], { getCoalescedEvents: () => places }),
  );

  assert.deepEqual(heard, ['mouse down at 0 50', 'to 10 50', 'to 40 60']);
});

test('on a surface with a border, points are places on the sheet within it', () => {
  const heard = [];
  const surface = new Surface();
  const sheet = { getBoundingClientRect: () => ({ left: 40, top: 40, right: 290, bottom: 290, width: 250, height: 250 }) };
  const note = (words) => ([x, y]) => heard.push(`${words} ${x} ${y}`);
  trackPen(surface, { down: note('down at'), move: (points) => points.forEach(note('to')), up() {}, cancel() {} }, surface, sheet);

  surface.dispatchEvent(pointer('pointerdown', 'mouse', [10, 20])); // on the border: no ink
  surface.dispatchEvent(pointer('pointerup', 'mouse', [10, 20], { buttons: 0 }));
  surface.dispatchEvent(pointer('pointerdown', 'mouse', [40, 290 - 125]));
  surface.dispatchEvent(pointer('pointermove', 'mouse', [165, 165]));

  assert.deepEqual(heard, ['down at 0 250', 'to 250 250']);
});

test("a surface within another component's shadow is drawn on, though that component is the target", () => {
  const heard = heardOf(pointer('pointerdown', 'mouse', [1, 2], { target: new EventTarget() }));

  assert.deepEqual(heard, ['mouse down at 1 2']);
});
