/** Paces what is shown: bars ease to new values, and figures rest long enough to be read. No elements. */

const FINEST = 1 / 400; // of a bar's 150 to 300 px: less can't be seen
const EASE_MS = 40; // to go two thirds of the way; in 120 ms it looks complete
const FRAME_MS = 1000 / 60; // the longest step: a bar that stood still begins as gently as one that moves
const FIGURES_MS = 100; // figures that change faster can't be read, and every change costs a layout

/**
 * The share of the remaining way to go in this step.
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
 * Tells whether a state has lasted for `ms`, and calls back when it has; one that ends before is passed over.
 * @param {number} ms
 * @returns {(holds: boolean, lasted: () => void) => boolean}
 */
export function lasting(ms) {
  let timer = 0;
  let hasLasted = false;
  return (holds, lasted) => {
    if (!holds) {
      clearTimeout(timer);
      timer = 0;
      hasLasted = false;
    }
    if (holds && !hasLasted) {
      timer ||= setTimeout(() => {
        hasLasted = true;
        lasted();
      }, ms);
    }
    return hasLasted;
  };
}

/**
 * Runs the latest of many writes, `ms` apart or at once. The last is never lost.
 * @param {number} [ms]
 * @returns {(write: () => void, atOnce: boolean) => void}
 */
export function calmly(ms = FIGURES_MS) {
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
    const wait = last + ms - performance.now();
    if (atOnce || wait <= 0) run();
    else timer ||= setTimeout(run, wait);
  };
}
