import assert from 'node:assert/strict';
import { test } from 'node:test';

import { trackPen } from '../../../../frontend/js/ink/pen/pen.js';
import { Surface, beside, heardOf, pointer } from './pointers.js';

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
