/** Reads the vectors that the Python tests read too. */

import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

export function readVectors(name) {
  return JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
}

export function encoded(bytes) {
  return Buffer.from(bytes).toString('base64');
}

export function decoded(text) {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export function unpacked(text) {
  return new Uint8Array(inflateSync(Buffer.from(text, 'base64')));
}
