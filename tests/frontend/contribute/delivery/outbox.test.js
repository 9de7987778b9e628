/** The outbox with a service that only notes what it is sent, and answers as each test says. */

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import '../../english.js';
import { fit } from '../../../../frontend/js/contribute/delivery/fit.js';
import { Outbox } from '../../../../frontend/js/contribute/delivery/outbox.js';
import { memoryStore } from '../../../../frontend/js/ui/storage/record_store.js';

// Unanswered drawings are sent again for ever: real timers would never let the test process end.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

const LIMITS = { samples_min: 8, samples_max: 40, strokes_max: 64, points_max: 8192, message_bytes: 1024 * 1024 };

function contribution(id, { samples = 8, pngBytes = 3000, points = 20 } = {}) {
  const stroke = Array.from({ length: points }, (_, i) => [i % 500, (i * 7) % 500, i]);
  const png = 'A'.repeat((pngBytes * 4) / 3);
  const pictures = Array.from({ length: samples }, (_, i) => ({ ink: (i + 1) / samples, png }));
  return { id, label: 7, contributor: 'c', consent: 'v', width: 500, height: 500, pen_width: 16, pointer: 'pen', strokes: [stroke], samples: pictures };
}

function begin() {
  const [sent, dropped] = [[], []];
  const pending = memoryStore();
  const outbox = new Outbox({
    send: (message) => sent.push(JSON.parse(message)) > 0,
    pending,
    restored: () => {},
    undeliverable: ({ id }, why) => dropped.push([id, why]),
  });
  const waiting = async () => (await pending.all()).map(({ id }) => id);
  return { outbox, sent, dropped, pending, waiting };
}

function ids(sent) {
  return sent.map(({ id }) => id);
}

test('the next drawing is sent once the former is answered', async () => {
  const { outbox, sent } = begin();
  await outbox.resume(LIMITS);

  outbox.add(contribution('a'));
  outbox.add(contribution('b'));
  assert.deepEqual(ids(sent), ['a']);
  await outbox.settle('a');

  assert.deepEqual(ids(sent), ['a', 'b']);
});

test('a drawing whose message the service found too big is dropped, and the others are sent', async () => {
  const { outbox, sent, dropped, waiting } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a'));
  outbox.add(contribution('b'));

  outbox.lost(1009);
  await outbox.resume(LIMITS);

  assert.deepEqual(ids(sent), ['a', 'b']);
  assert.deepEqual(dropped.map(([id]) => id), ['a']);
  assert.deepEqual(await waiting(), ['b']);
});

test('a lost connection drops nothing, however often, but lets the others go first', async () => {
  const { outbox, sent, dropped, waiting } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a'));
  outbox.add(contribution('b'));

  for (let loss = 0; loss < 3; loss++) {
    outbox.lost(1006);
    await outbox.resume(LIMITS);
  }

  assert.deepEqual(ids(sent), ['a', 'a', 'a', 'b']);
  assert.deepEqual([dropped, (await waiting()).sort()], [[], ['a', 'b']]);
});

test('a stored drawing of 1.3 MiB is sent with fewer samples', async () => {
  const { outbox, sent, dropped, pending } = begin();
  await pending.add(contribution('a', { samples: 40, pngBytes: 26_000 }));

  await outbox.resume(LIMITS);

  assert.deepEqual([ids(sent), dropped], [['a'], []]);
  assert.ok(JSON.stringify(sent[0]).length <= LIMITS.message_bytes);
  assert.ok(sent[0].samples.length >= LIMITS.samples_min);
  assert.equal(sent[0].samples.at(-1).ink, 1);
});

test('a drawing that a slow connection could not send in time is sent smaller and smaller, after the others', async () => {
  const { outbox, sent, dropped } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a', { samples: 40, pngBytes: 15_000 }));
  outbox.add(contribution('b'));

  for (let time = 0; time < 2; time++) {
    outbox.lost(1008);
    await outbox.resume(LIMITS);
    await outbox.settle('b');
    mock.timers.tick(4000);
  }

  const sizes = sent.filter(({ id }) => id === 'a').map((message) => JSON.stringify(message).length);
  assert.deepEqual([ids(sent), dropped], [['a', 'b', 'a', 'a'], []]);
  assert.ok(sizes[1] <= LIMITS.message_bytes / 2 && sizes[2] <= LIMITS.message_bytes / 4, `${sizes}`);
  assert.equal(sent.at(-1).samples.at(-1).ink, 1);
});

test('a drawing that is too slow at its smallest is dropped with the reason, and the next is sent', async () => {
  const { outbox, sent, dropped, waiting } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a', { pngBytes: 30_000 }));
  outbox.add(contribution('b'));

  for (let time = 0; time < 9 && dropped.length === 0; time++) {
    outbox.lost(1008);
    await outbox.settle('b');
    await outbox.resume(LIMITS);
    mock.timers.tick(4000);
  }

  await new Promise(setImmediate);
  assert.match(dropped[0][1], /too slow/);
  assert.deepEqual(await waiting(), []);
  assert.ok(sent.length < 9);
});

test('the large drawing that a small one waits behind is the slow one', async () => {
  const { outbox, sent, dropped } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('large', { samples: 40, pngBytes: 15_000 }));
  outbox.add(contribution('small'));

  mock.timers.tick(20_000); // 'small' is sent behind it
  outbox.lost(1008);
  await outbox.resume(LIMITS);
  await outbox.settle('small');
  mock.timers.tick(60_000);

  const [large, , small, smaller] = sent;
  assert.deepEqual([ids(sent).slice(0, 4), dropped], [['large', 'small', 'small', 'large'], []]);
  assert.equal(small.samples.length, 8);
  assert.ok(smaller.samples.length < large.samples.length);
});

test('a stored drawing that can never fit is dropped with the reason', async () => {
  const { outbox, sent, dropped, pending, waiting } = begin();
  await pending.add(contribution('a', { samples: 8, pngBytes: 300_000 }));
  await pending.add(contribution('b'));

  await outbox.resume(LIMITS);

  assert.deepEqual(ids(sent), ['b']);
  assert.match(dropped[0][1], /larger/);
  assert.deepEqual(await waiting(), ['b']);
});

test('a busy service is asked again, and other drawings are sent meanwhile', async () => {
  const { outbox, sent } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a'));
  outbox.add(contribution('b'));

  outbox.postpone('a');
  assert.deepEqual(ids(sent), ['a', 'b']);
  await outbox.settle('b');
  mock.timers.tick(4000);

  assert.deepEqual(ids(sent), ['a', 'b', 'a']);
});

test('a service that never answers does not hold up the next drawing', async () => {
  const { outbox, sent } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a'));
  outbox.add(contribution('b'));

  mock.timers.tick(20_000);

  assert.deepEqual(ids(sent), ['a', 'b']);
});

test('a contribution within the limits stays as it is', () => {
  const one = contribution('a');

  assert.equal(fit(one, LIMITS), one);
});

test('points and samples over the limits are thinned out, the last of each kept', () => {
  const one = contribution('a', { samples: 60, points: 20_000, pngBytes: 300 });

  const fitted = fit(one, LIMITS);

  assert.ok(fitted.strokes.flat().length <= LIMITS.points_max);
  assert.deepEqual(fitted.strokes[0].at(-1), one.strokes[0].at(-1));
  assert.equal(fitted.samples.length, 40);
  assert.equal(fitted.samples.at(-1).ink, 1);
});

test('more strokes than the service takes can not be made to fit', () => {
  const one = { ...contribution('a'), strokes: Array.from({ length: 65 }, () => [[1, 1, 0]]) };

  assert.equal(fit(one, LIMITS), null);
});

test('a drawing on which every connection breaks is dropped at last, so that the page stays connected', async () => {
  const { outbox, sent, dropped, waiting } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a'));

  for (let loss = 0; loss < 8; loss++) {
    outbox.lost(1006);
    await outbox.resume(LIMITS);
    mock.timers.tick(15 * 60_000);
  }

  assert.equal(sent.length, 8);
  assert.match(dropped[0][1], /broke 8 times/);
  assert.deepEqual(await waiting(), []);
});

test('an answer that names no id, or only its beginning, is about the drawing in flight', async () => {
  const { outbox, dropped } = begin();
  const long = 'x'.repeat(70);
  await outbox.resume(LIMITS);
  outbox.add(contribution(long));
  outbox.add(contribution('b'));

  assert.equal(outbox.find(long.slice(0, 64))?.id, long);
  assert.equal(outbox.find('')?.id, long);
  outbox.rejectInFlight('strange');

  assert.deepEqual(dropped, [[long, 'strange']]);
  assert.equal(outbox.find('')?.id, 'b');
});

test('storage that is slow to take a receipt holds up no other drawing', async () => {
  const { outbox, sent, waiting } = begin();
  await outbox.resume(LIMITS);
  outbox.add(contribution('a'));
  outbox.add(contribution('b'));

  void outbox.settle('a', new Promise(() => {}));

  assert.deepEqual(ids(sent), ['a', 'b']);
  assert.deepEqual(await waiting(), ['a', 'b']); // until the receipt is stored
});
