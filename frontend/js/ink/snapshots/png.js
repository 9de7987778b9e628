/** Encodes gray levels as PNG without a canvas element. The format: https://www.w3.org/TR/png-3/ */

export const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const UP = 2; // each row as its difference to the row above: long runs of zeros
const GRAY = 0; // colour type

/**
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} gray row by row, 8 bits a pixel
 * @returns {Promise<Uint8Array>}
 */
export async function encodeGrayPng(width, height, gray) {
  const parts = [Uint8Array.from(SIGNATURE), headerChunk(width, height), chunk('IDAT', await packedRows(width, height, gray)), chunk('IEND', new Uint8Array())];
  return joined(parts);
}

/**
 * The rows filtered and compressed, as IDAT has them.
 * @param {number} width
 * @param {number} height
 * @param {Uint8Array} gray
 */
export function packedRows(width, height, gray) {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) {
    rows[y * (width + 1)] = UP;
    for (let x = 0; x < width; x++) {
      rows[y * (width + 1) + 1 + x] = gray[y * width + x] - (y > 0 ? gray[(y - 1) * width + x] : 0);
    }
  }
  return zlib(rows);
}

/**
 * @param {number} width
 * @param {number} height
 */
export function headerChunk(width, height) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8;
  header[9] = GRAY;
  return chunk('IHDR', header);
}

/**
 * @param {string} type
 * @param {Uint8Array} data
 */
export function chunk(type, data) {
  const made = new Uint8Array(12 + data.length);
  const view = new DataView(made.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) made[4 + i] = type.charCodeAt(i);
  made.set(data, 8);
  view.setUint32(8 + data.length, crc32(made.subarray(4, 8 + data.length)));
  return made;
}

/** @param {readonly Uint8Array[]} parts */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<Uint8Array>}
 */
async function zlib(bytes) {
  if (typeof CompressionStream !== 'function') return zlibRuns(bytes);
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const LENGTH_BASES = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const [SHORTEST_RUN, LONGEST_RUN] = [3, 258];

/**
 * A zlib stream of one block with fixed codes (RFC 1951, 3.2.6), which shortens runs of one byte and nothing else.
 * @param {Uint8Array} bytes
 */
export function zlibRuns(bytes) {
  /** @type {number[]} */
  const out = [0x78, 0x01];
  let [held, count] = [0, 0];
  const write = (/** @type {number} */ value, /** @type {number} */ bits) => {
    held |= value << count;
    for (count += bits; count >= 8; count -= 8) {
      out.push(held & 255);
      held >>>= 8;
    }
  };
  // Huffman codes are packed from their highest bit on, all else from the lowest.
  const writeCode = (/** @type {number} */ code, /** @type {number} */ bits) => {
    for (let bit = bits - 1; bit >= 0; bit--) write((code >> bit) & 1, 1);
  };
  const writeSymbol = (/** @type {number} */ symbol) => {
    if (symbol < 144) writeCode(0x30 + symbol, 8);
    else if (symbol < 256) writeCode(0x190 + symbol - 144, 9);
    else if (symbol < 280) writeCode(symbol - 256, 7);
    else writeCode(0xc0 + symbol - 280, 8);
  };
  write(1, 1);
  write(1, 2);
  for (let i = 0; i < bytes.length; ) {
    let run = 0;
    while (i > 0 && run < LONGEST_RUN && i + run < bytes.length && bytes[i + run] === bytes[i - 1]) run++;
    if (run < SHORTEST_RUN) {
      writeSymbol(bytes[i++]);
      continue;
    }
    const place = LENGTH_BASES.findLastIndex((base) => base <= run);
    writeSymbol(257 + place);
    write(run - LENGTH_BASES[place], LENGTH_BITS[place]);
    writeCode(0, 5); // distance 1
    i += run;
  }
  writeSymbol(256);
  if (count > 0) out.push(held & 255);
  const sum = adler32(bytes);
  return Uint8Array.from([...out, sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255]);
}

/** @param {Uint8Array} bytes */
function adler32(bytes) {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** @param {Uint8Array} bytes */
function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
