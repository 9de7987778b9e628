import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { DrawingBoard } from '../../../frontend/js/ink/drawing_board.js';

let frames = [];
let painted = [];

beforeEach(() => {
  frames = [];
  painted = [];
  globalThis.requestAnimationFrame = (paint) => frames.push(paint);
});

/** A board and the events that its listener gets. */
function started(more = {}) {
  const events = [];
  const board = new DrawingBoard({ draw: (strokes) => painted.push(strokes) });
  board.listener = {
    changed: ({ number, strokes }) => events.push(['changed', number, strokes.length]),
    rested: () => events.push('rested'),
    cleared: () => events.push('cleared'),
    ...more,
  };
  return { board, events };
}

function paint() {
  for (const frame of frames.splice(0)) frame();
}

function stroke({ pen }, x) {
  pen.down([x, 10, 0], 'mouse');
  pen.move([[x + 5, 10, 8]]);
  pen.up();
}

test('the canvas is painted, and the listener shown the drawing, once a frame', () => {
  const { board, events } = started();

  stroke(board, 10);
  stroke(board, 50);
  paint();

  assert.equal(painted.length, 1);
  assert.deepEqual(events, ['rested', 'rested', ['changed', 1, 2]]);
  assert.equal(board.pointer, 'mouse');
});

test('a pen that may not draw leaves no ink', () => {
  const { board } = started({ mayDraw: () => false });

  stroke(board, 10);

  assert.deepEqual(board.strokes, []);
});

test('a palm that is taken back is no step to undo', () => {
  const { board } = started();
  stroke(board, 10);
  const [first] = board.strokes;

  board.pen.down([200, 200, 20], 'touch');
  board.pen.cancel();

  assert.deepEqual(board.strokes, [first]);
  board.undo();
  assert.deepEqual(board.strokes, []);
});

test('clear begins another drawing, and can be undone', () => {
  const { board, events } = started();
  stroke(board, 10);

  board.clear();
  board.undo();
  paint();

  assert.equal(board.strokes.length, 1);
  assert.equal(events.filter((one) => one === 'cleared').length, 2);
  assert.deepEqual(events.at(-1), ['changed', 3, 1]);
});

test('a loaded drawing has the history that came with it', () => {
  const { board } = started();
  const strokes = [[[1, 1, 0]], [[2, 2, 5]]];

  board.load(strokes, 'pen');
  board.undo();
  assert.deepEqual(board.strokes, strokes);
  board.load(strokes, 'pen', { past: [[], strokes.slice(0, 1)], future: [] });
  board.undo();
  assert.deepEqual(board.strokes, strokes.slice(0, 1));
});

test('a drawing is shown again on request, an empty canvas is not', () => {
  const { board, events } = started();

  board.showAgain();
  paint();
  stroke(board, 10);
  paint();
  board.showAgain();
  paint();

  assert.deepEqual(events, ['rested', ['changed', 1, 1], ['changed', 1, 1]]);
});
