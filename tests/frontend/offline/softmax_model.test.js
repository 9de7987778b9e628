/** The page predicts what the float weights predict in Python. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { BadWeights, readWeights } from '../../../frontend/js/offline/softmax_model.js';
import { decoded, readVectors } from '../vectors.js';
import { VERSION, shippedFile } from './shipped_weights.js';

const { model: made, vectors } = readVectors('softmax');
const model = readWeights(shippedFile());

test('the vectors are of the shipped version', () => {
  assert.equal(made, VERSION);
});

test('every vector gives the probabilities and the doubt of the float weights', () => {
  let furthest = 0;
  for (const { payload, probabilities, doubt } of vectors) {
    const answer = model.predict(decoded(payload));

    const off = answer.probabilities.map((probability, digit) => Math.abs(probability - probabilities[digit]));
    furthest = Math.max(furthest, ...off, Math.abs(answer.doubt - doubt));
  }

  assert.ok(furthest < 1e-4, `off by ${furthest}`);
});

test('the answer is unsure or settled from the thresholds on, and never both', () => {
  for (const { payload } of vectors) {
    const { probabilities, doubt, unsure, settled } = model.predict(decoded(payload));

    assert.equal(unsure, doubt >= model.header.thresholds.unsure);
    assert.equal(settled, Math.max(...probabilities) >= model.header.thresholds.settled && !unsure);
  }
});

test('a snapshot without ink gives each digit a tenth', () => {
  const blank = new Uint8Array(412);

  assert.deepEqual(model.predict(blank), { probabilities: Array(10).fill(0.1), doubt: 0, unsure: false, settled: false });
});

for (const [name, file, what] of [
  ['other bytes', new ArrayBuffer(64), /expected MSW1/],
  ['nothing', new ArrayBuffer(0), /expected MSW1/],
  ['a file cut short', shippedFile().slice(0, -4), /numbers behind the header/],
  ['a file with more behind it', longer(shippedFile()), /numbers behind the header/],
  ['features of a later release', shippedFile({ features: 'ink-features/2' }), /expected 1 of ink-features\/1/],
  ['nine outputs', shippedFile({ outputs: 9 }), /9 outputs/],
  ['no golden predictions', shippedFile({ golden: [] }), /no golden/],
  ['golden predictions of another version', shippedFile({ golden: [otherGolden()] }), /golden prediction 0 is off/],
  ['a weight that is no number', withNaN(shippedFile()), /not finite/],
]) {
  test(`${name} is refused`, () => {
    assert.throws(() => readWeights(file), (error) => error instanceof BadWeights && what.test(error.message));
  });
}

function longer(file) {
  const whole = new Uint8Array(file.byteLength + 4);
  whole.set(new Uint8Array(file));
  return whole.buffer;
}

function otherGolden() {
  const { payload, probabilities } = vectors.find(({ probabilities: some }) => Math.max(...some) > 0.5);
  return { payload, probabilities: [...probabilities.slice(1), probabilities[0]] };
}

function withNaN(file) {
  new DataView(file).setFloat32(file.byteLength - 4, NaN, true);
  return file;
}
