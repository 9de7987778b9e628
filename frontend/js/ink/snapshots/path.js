/**
 * The path contract `path48/1`: strokes become 48 points. Pure arithmetic, in the order of `collector/ink/path.py`: sums run
 * forwards and lengths are sqrt(dx*dx + dy*dy), so that both give the same bytes. `docs/snapshot.md` has it in words.
 */

/** @typedef {readonly (readonly number[])[]} Line points as x, y and maybe more */

const POINTS = 48;
const MIN_POINTS_A_STROKE = 2;
const MAX_STROKES = POINTS / MIN_POINTS_A_STROKE;
const SUBPIXELS = 32; // coordinates are kept to 1/32 px
const CANVAS_BYTES = 4;
const PATH48_BYTES = CANVAS_BYTES + 4 * POINTS + POINTS / 8;

/**
 * The payload of a `path48` frame, 202 bytes: width and height u16, 48 x (x, y) u16, 48 start bits, low bit first.
 * @param {readonly Line[]} lines the strokes so far, at least one
 * @param {number} width px
 * @param {number} height px
 */
export function toPath48(lines, width, height) {
  if (lines.length === 0) throw new RangeError('no strokes, expected at least one');
  const runs = lines.map(runningLength);
  const kept = longest(runs.map(lengthOf));
  const counts = sharePoints(kept.map((i) => lengthOf(runs[i])));
  const payload = new Uint8Array(PATH48_BYTES);
  const view = new DataView(payload.buffer);
  view.setUint16(0, width, true);
  view.setUint16(2, height, true);
  let at = 0;
  kept.forEach((i, place) => {
    payload[CANVAS_BYTES + 4 * POINTS + (at >> 3)] |= 1 << (at & 7);
    for (const [x, y] of resample(lines[i], runs[i], counts[place])) {
      view.setUint16(CANVAS_BYTES + 4 * at, fixed(x), true);
      view.setUint16(CANVAS_BYTES + 4 * at + 2, fixed(y), true);
      at++;
    }
  });
  return payload;
}

/** @param {number} value */
function fixed(value) {
  return Math.min(Math.max(Math.floor(value * SUBPIXELS + 0.5), 0), 65535);
}

/** @param {readonly number[]} run */
function lengthOf(run) {
  return run[run.length - 1];
}

/** @param {Line} line */
function runningLength(line) {
  const run = [0];
  for (let i = 1; i < line.length; i++) {
    const dx = line[i][0] - line[i - 1][0];
    const dy = line[i][1] - line[i - 1][1];
    run.push(run[i - 1] + Math.sqrt(dx * dx + dy * dy));
  }
  return run;
}

/** @param {readonly number[]} lengths */
function longest(lengths) {
  const order = [...lengths.keys()].sort((a, b) => lengths[b] - lengths[a] || a - b);
  return order.slice(0, MAX_STROKES).sort((a, b) => a - b);
}

/**
 * How many of the 48 points each stroke gets: 2, and its share of the rest by length, largest remainders first.
 * @param {readonly number[]} lengths
 */
function sharePoints(lengths) {
  const spare = POINTS - MIN_POINTS_A_STROKE * lengths.length;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total === 0) return lengths.map((_, i) => MIN_POINTS_A_STROKE + (i === 0 ? spare : 0));
  const shares = lengths.map((length) => (spare * length) / total);
  const counts = shares.map(Math.floor);
  const left = spare - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = [...lengths.keys()].sort((a, b) => counts[a] - shares[a] - (counts[b] - shares[b]) || a - b);
  for (const i of byRemainder.slice(0, left)) counts[i]++;
  return counts.map((count) => MIN_POINTS_A_STROKE + count);
}

/**
 * `count` points at equal steps of arc length, the stroke's two ends among them.
 * @param {Line} line
 * @param {readonly number[]} run
 * @param {number} count
 */
function resample(line, run, count) {
  const length = lengthOf(run);
  if (length === 0) return Array.from({ length: count }, () => line[0]);
  let segment = 0;
  return Array.from({ length: count }, (_, j) => {
    const target = (j * length) / (count - 1);
    // The last segment whose start is not past the target, but no later than the final one.
    while (segment < line.length - 2 && run[segment + 1] <= target) segment++;
    const span = run[segment + 1] - run[segment];
    const f = span > 0 ? (target - run[segment]) / span : 0;
    const [a, b] = [line[segment], line[segment + 1]];
    return [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f];
  });
}
