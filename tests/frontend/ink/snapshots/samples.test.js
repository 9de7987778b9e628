import assert from 'node:assert/strict';
import { test } from 'node:test';


import { encodeTimes, inkLength } from '../../../../frontend/js/ink/geometry.js';
import { makeSamples, sampleInks, toBase64 } from '../../../../frontend/js/ink/snapshots/samples.js';

const LIMITS = { samples_min: 8, samples_max: 40 };

test('a short drawing leaves eight samples, a long one forty, others by their ink', () => {
  const counts = [60, 800, 9000].map((length) => sampleInks(length, LIMITS).length);

  assert.deepEqual(counts, [8, 20, 40]);
});

test('ink rises evenly from above nothing to all', () => {
  for (const length of [60, 500, 777, 9000]) {
    const inks = [0, ...sampleInks(length, LIMITS)];
    const steps = inks.slice(1).map((ink, i) => ink - inks[i]);

    assert.equal(inks.at(-1), 1);
    assert.ok(Math.min(...steps) > 0);
    assert.ok(Math.max(...steps) - Math.min(...steps) < 1e-5);
  }
});

test('each sample shows its share of the ink that is left', async () => {
  const strokes = [[[0, 0, 0], [300, 0, 30]], [[0, 50, 40], [0, 150, 60]]];
  const shown = [];
  const printer = { draw: (cut) => shown.push(inkLength(cut)), png: async () => new Uint8Array([1, 2, 255]) };

  const samples = await makeSamples(strokes, LIMITS, printer);

  assert.equal(samples.length, 10);
  samples.forEach(({ ink }, i) => assert.ok(Math.abs(shown[i] - 400 * ink) < 0.001));
  assert.deepEqual(new Set(samples.map(({ png }) => png)), new Set(['AQL/']));
});

test('bytes become base64', () => {
  assert.equal(toBase64(new Uint8Array([0, 255, 128, 10])), Buffer.from([0, 255, 128, 10]).toString('base64'));
});

test('times count from the pen first coming down', () => {
  const strokes = [[[1, 2, 5000.123], [3, 4, 5008.5]], [[5, 6, 6000]]];

  assert.deepEqual(encodeTimes(strokes), [[[1, 2, 0], [3, 4, 8.38]], [[5, 6, 999.88]]]);
});
