/** Sends snapshots while a drawing grows, over a wire that only notes them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Watching } from '../../../frontend/js/watch/watching.js';

const PATH = { family: 'path', model: 'v', encoding: 'path48' };
const SOFTMAX = { family: 'softmax', model: 'v', encoding: 'ink20' };
const CHOICE = { family: '', compare: '' };

function begin(models, choice = CHOICE) {
  const frames = [];
  const wire = { open: true };
  const send = (frame) => wire.open && frames.push(read(frame)) > 0;
  const watching = new Watching(send, { payload: (encoding) => new Uint8Array(encoding === 'canvas20' ? 400 : 412) });
  watching.feed(models, choice);
  return { watching, frames, wire };
}

function read(frame) {
  const header = new DataView(frame.buffer);
  return { encoding: header.getUint8(1), drawing: header.getUint32(4, true), seq: header.getUint32(8, true), bytes: frame.length };
}

function drawing(points, number = 1) {
  return { number, strokes: [Array.from({ length: points }, (_, i) => [i * 10, 20, i])] };
}

function prediction(seq, number = 1, family = 'path') {
  return { type: 'prediction', drawing: number, seq, family, model: 'v', probabilities: [0.91, ...Array(9).fill(0.01)] };
}

test('the best model gets the snapshots that it wants', () => {
  const { watching, frames } = begin([PATH, SOFTMAX]);

  watching.show(drawing(3));

  assert.deepEqual(frames, [{ encoding: 4, drawing: 1, seq: 1, bytes: 218 }]);
});

test('for the path alone no canvas is drawn or read', () => {
  const pictures = { payload: () => assert.fail('drawn') };
  const sent = [];
  const watching = new Watching((frame) => sent.push(read(frame).encoding) > 0, pictures);
  watching.feed([PATH, SOFTMAX], CHOICE);

  watching.show(drawing(3));
  watching.take(prediction(1));
  watching.show(drawing(9));

  assert.deepEqual(sent, [4, 4]);
});

test('any two of four families are fed, each by what it looks at', () => {
  const served = [PATH, { ...SOFTMAX, family: 'cnn' }, SOFTMAX, { family: 'original', model: 'v', encoding: 'canvas20' }];
  const sent = {};
  for (const [i, first] of served.entries()) {
    for (const second of served.slice(i + 1)) {
      const { watching, frames } = begin(served, { family: first.family, compare: second.family });
      watching.show(drawing(3));
      sent[`${first.family} ${second.family}`] = frames.map(({ encoding }) => encoding);
    }
  }

  assert.deepEqual(sent, {
    'path cnn': [4, 1],
    'path softmax': [4, 1],
    'path original': [4, 2],
    'cnn softmax': [1],
    'cnn original': [1, 2],
    'softmax original': [1, 2],
  });
});

test('one snapshot that two families answer is read by both', () => {
  const { watching, frames } = begin([{ ...SOFTMAX, family: 'cnn' }, SOFTMAX], { family: 'cnn', compare: 'softmax' });
  watching.show(drawing(3));

  const read = ['cnn', 'softmax'].map((family) => watching.take(prediction(1, 1, family))?.ink);

  assert.deepEqual(read, [20, 20]);
  assert.deepEqual(Object.keys(watching.latest), ['cnn', 'softmax']);
  assert.equal(frames.length, 1);
});

test('two models that are compared get a snapshot each', () => {
  const { watching, frames } = begin([PATH, SOFTMAX], { family: '', compare: 'softmax' });

  watching.show(drawing(3));

  assert.deepEqual(frames.map(({ encoding, bytes }) => [encoding, bytes]), [[4, 218], [1, 428]]);
});

test('while one is unanswered only the newest waits, and goes when the answer comes', () => {
  const { watching, frames } = begin([PATH]);
  for (let points = 2; points < 20; points++) watching.show(drawing(points));
  assert.equal(frames.length, 1);

  const reading = watching.take(prediction(1));

  assert.equal(frames.length, 2);
  assert.equal(reading?.ink, 10);
  assert.equal(watching.take(prediction(2))?.ink, 180);
  assert.equal(frames.length, 2);
});

test('a drawing that comes back whole is read as it is first, then at stages of its past', () => {
  const { watching, frames } = begin([PATH]);
  watching.show(drawing(41));

  const readings = [];
  for (let seq = 1; seq <= frames.length; seq++) readings.push(watching.take(prediction(seq)));

  assert.equal(readings.length, 33);
  assert.deepEqual(readings.map(({ whole }) => whole), Array(33).fill(400));
  const [first, ...past] = readings.map(({ ink }) => ink);
  assert.equal(first, 400);
  assert.deepEqual(past, past.toSorted((a, b) => a - b));
  assert.ok(past[0] < 10 && past[31] > 390);
  assert.equal(watching.latest.path.seq, 1);
});

test('what is drawn goes before the past of what is there, and ink that was undone has none', () => {
  const { watching } = begin([PATH]);
  watching.show(drawing(41));
  watching.take(prediction(1));

  watching.show(drawing(51));
  watching.take(prediction(2));
  const now = watching.take(prediction(3));
  watching.show(drawing(3));
  watching.take(prediction(4));
  watching.take(prediction(5));

  assert.deepEqual(now, { ink: 500, whole: 500 });
  assert.equal(watching.isWaiting, false);
});

test('the past of a drawing is lost with it', () => {
  const { watching, frames } = begin([PATH]);
  watching.show(drawing(41));
  watching.take(prediction(1));

  watching.show(drawing(2, 2));
  const late = watching.take(prediction(2));
  watching.take(prediction(3, 2));

  assert.equal(late, null);
  assert.deepEqual(frames.map((frame) => frame.drawing), [1, 1, 2]);
});

test('an error lets the next one go too', () => {
  const { watching, frames } = begin([PATH]);
  watching.show(drawing(2));
  watching.show(drawing(3));

  watching.fail(1);

  assert.equal(frames.length, 2);
});

test('an answer to the drawing before is not read, though it lets the next one go', () => {
  const { watching, frames } = begin([PATH]);
  watching.show(drawing(2, 1));
  watching.show(drawing(2, 2));

  const reading = watching.take(prediction(1, 1));

  assert.equal(reading, null);
  assert.deepEqual(frames.map((frame) => frame.drawing), [1, 2]);
});

test('an empty sheet is not sent', () => {
  const { watching, frames } = begin([PATH]);

  watching.show({ number: 1, strokes: [] });

  assert.deepEqual(frames, []);
});

test('what is drawn while the connection is lost is sent once when it is back', () => {
  const { watching, frames, wire } = begin([PATH]);
  watching.show(drawing(2));
  wire.open = false;
  watching.show(drawing(9));

  wire.open = true;
  watching.sendAgain();

  assert.deepEqual(frames.map(({ seq }) => seq).length, 2);
  assert.ok(frames[1].seq > frames[0].seq);
});

test('a new champion is asked about the drawing that lies there', () => {
  const { watching, frames } = begin([PATH]);
  watching.show(drawing(5));
  watching.take(prediction(1));

  watching.feed([SOFTMAX], CHOICE);

  assert.deepEqual(frames.map(({ encoding }) => encoding), [4, 1]);
});
