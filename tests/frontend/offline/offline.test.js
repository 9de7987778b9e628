import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { encodeFrame } from '../../../frontend/js/connection/protocol.js';
import { Offline } from '../../../frontend/js/offline/offline.js';

const MODEL = {
  header: { family: 'softmax', model: '20261128T173034Z-45a35f', contract: 'ink20/2' },
  predict: (payload) => ({ probabilities: Array(10).fill(payload[0] / 10), doubt: 0, unsure: false, settled: false }),
};

let [answers, changes, model] = [[], 0, MODEL];

function offlinePage() {
  return new Offline(() => model, { answered: (prediction) => answers.push(prediction), changed: () => changes++ });
}

beforeEach(() => {
  [answers, changes, model] = [[], 0, MODEL];
  mock.timers.enable({ apis: ['setTimeout'] });
});

afterEach(() => mock.timers.reset());

for (const link of [{ phase: 'lost', retryAt: 0 }, { phase: 'ended', code: 4403, reason: '' }]) {
  test(`the page predicts at once when the connection is ${link.phase}`, () => {
    const offline = offlinePage();
    offline.follow({ phase: 'open' });

    offline.follow(link);

    assert.equal(offline.isOn, true);
    assert.equal(offline.served.model, MODEL.header.model);
  });
}

test('a service that does not welcome the page is waited for less than a second', () => {
  const offline = offlinePage();
  offline.follow({ phase: 'connecting' });
  offline.follow({ phase: 'open' });

  mock.timers.tick(600);
  const early = offline.isOn;
  mock.timers.tick(150);
  mock.timers.tick(249); // a timer that a timer sets starts at the tick's end

  assert.deepEqual([early, offline.isOn], [false, true]);
});

test('a frame that is not answered within a second is answered here', () => {
  const offline = offlinePage();
  offline.follow({ phase: 'connecting' });
  offline.heard(true);

  offline.sent();
  mock.timers.tick(600);
  offline.sent();
  mock.timers.tick(150);
  mock.timers.tick(249); // a timer that a timer sets starts at the tick's end

  assert.equal(offline.isOn, true);
});

test('frames that are answered in time leave the service in charge', () => {
  const offline = offlinePage();
  offline.heard(true);

  for (let i = 0; i < 20; i++) {
    offline.sent();
    mock.timers.tick(500);
    offline.heard(true);
  }
  mock.timers.tick(10_000);

  assert.deepEqual([offline.isOn, changes], [false, 0]);
});

test('only a welcome hands back to the service', () => {
  const offline = offlinePage();
  offline.follow({ phase: 'lost', retryAt: 0 });

  offline.follow({ phase: 'connecting' });
  offline.follow({ phase: 'open' });
  offline.heard(false);
  const before = offline.isOn;
  offline.heard(true);

  assert.deepEqual([before, offline.isOn, offline.served, changes], [true, false, null, 2]);
});

test('without weights no frame is answered, and they may come later', () => {
  model = null;
  const offline = offlinePage();
  offline.follow({ phase: 'lost', retryAt: 0 });

  const without = [offline.isOn, offline.isAway, offline.answer(frame())];
  model = MODEL;

  assert.deepEqual(without, [false, true, false]);
  assert.equal(offline.answer(frame()), true);
});

test('an answer names the frame that it is for', async () => {
  const offline = offlinePage();
  offline.follow({ phase: 'lost', retryAt: 0 });

  offline.answer(frame());
  const atOnce = answers.length;
  await Promise.resolve();

  const [{ type, drawing, seq, family, model: version, probabilities, personal }] = answers;
  assert.equal(atOnce, 0);
  assert.deepEqual([type, drawing, seq, family, version, personal], ['prediction', 7, 70_000, 'softmax', MODEL.header.model, 0]);
  assert.equal(probabilities[0], 0.5);
});

function frame() {
  return encodeFrame('ink20/2', { drawing: 7, seq: 70_000, tMs: 1 }, new Uint8Array(412).fill(5));
}
