/** Reads the float weights of the shipped softmax version: an `.npz`, which is a zip of numpy's arrays. */

import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

const FAMILY = new URL('../../../training/first_models/models/softmax/', import.meta.url);

export const VERSION = JSON.parse(readFileSync(new URL('champion.json', FAMILY), 'utf8')).version;
export const CARD = JSON.parse(readFileSync(new URL(`${VERSION}/card.json`, FAMILY), 'utf8'));

/** The file that the service makes of the version, by `training/models/browser_weights.py`. */
export function shippedFile(changes = {}) {
  const arrays = readArrays(readFileSync(new URL(`${VERSION}/weights.npz`, FAMILY)));
  const header = {
    format: 1,
    features: 'ink-features/1',
    family: 'softmax',
    model: VERSION,
    contract: CARD.contract,
    outputs: arrays.at(-1).length / 4,
    thresholds: CARD.thresholds ?? null,
    golden: CARD.golden,
    ...changes,
  };
  const text = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([text, Buffer.alloc((4 - (text.length % 4)) % 4, ' ')]);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(padded.length);
  const whole = Buffer.concat([Buffer.from('MSW1'), length, padded, ...arrays]);
  return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length);
}

/** The bytes of each array, in the order of their names. */
function readArrays(zip) {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  let at = zip.readUInt32LE(end + 16);
  const found = [];
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    const [size, nameLength, extra, comment, local] = [
      zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const npy = inflateRawSync(zip.subarray(start, start + size));
    found.push([name, npy.subarray(10 + npy.readUInt16LE(8))]);
    at += 46 + nameLength + extra + comment;
  }
  return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, bytes]) => bytes);
}
