/** Reads snapshots in base64, one a line, and the weights of a version; writes the digit that each is read as. */

import { readFileSync } from 'node:fs';

import { readWeights } from '../../frontend/js/offline/softmax_model.js';

const [weights] = process.argv.slice(2);
const file = readFileSync(weights);
const model = readWeights(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
const digits = readFileSync(0, 'utf8').trim().split('\n').map((line) => {
  const { probabilities } = model.predict(new Uint8Array(Buffer.from(line, 'base64')));
  return probabilities.indexOf(Math.max(...probabilities));
});
process.stdout.write(JSON.stringify(digits));
