/** How fast what is shown may follow what is known: bars glide, figures rest until they can be read. No elements here. */

const FINEST = 1 / 400; // of a bar's 150 to 300 px: less can't be seen
const EASE_MS = 40; // to go two thirds of the way; in 120 it is there, by the eye
const FRAME_MS = 1000 / 60; // the longest step: a bar that stood still begins as gently as one that moves
const FIGURES_MS = 100; // figures that change faster can't be read, and every change lays them out anew

/**
 * The part of the way that is left to go which is gone by now.
 * @param {number} ms since the last step
 */
export function partOfTheWay(ms) {
  return 1 - Math.exp(-Math.min(Math.max(ms, 0), FRAME_MS) / EASE_MS);
}

/**
 * @param {number} shown
 * @param {number} wanted
 * @param {number} part of the way to go now
 */
export function eased(shown, wanted, part) {
  const next = shown + (wanted - shown) * part;
  return Math.abs(wanted - next) < FINEST ? wanted : next;
}

/**
 * Runs the latest of many writes, `FIGURES_MS` apart; at once where told to. The last is never lost.
 * @returns {(write: () => void, atOnce: boolean) => void}
 */
export function calmly() {
  let timer = 0;
  let last = -Infinity;
  let latest = () => {};
  const run = () => {
    clearTimeout(timer);
    timer = 0;
    last = performance.now();
    latest();
  };
  return (write, atOnce) => {
    latest = write;
    const wait = last + FIGURES_MS - performance.now();
    if (atOnce || wait <= 0) run();
    else timer ||= setTimeout(run, wait);
  };
}
