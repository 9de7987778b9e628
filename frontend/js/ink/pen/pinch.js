/** Tells two fingers that pinch from a finger that draws beside a hand at rest. Pure functions. */

/** @typedef {readonly [x: number, y: number]} Place CSS px */
/**
 * @typedef {object} Moving
 * @property {string} type
 * @property {Place} start
 * @property {Place} at
 * @property {number | null} movedAt ms, when it had moved further than a hand at rest does; null before
 */

const TOGETHER_MS = 250; // a hand follows its finger later, and the same way

/**
 * Whether these began to move together, one against the other. To be asked when the second of them has: a finger that draws
 * a circle beside a hand moves against it now and then.
 * @param {Moving} one
 * @param {Moving} other
 */
export function isPinch(one, other) {
  if (one.type !== 'touch' || other.type !== 'touch' || one.movedAt === null || other.movedAt === null) return false;
  if (Math.abs(one.movedAt - other.movedAt) > TOGETHER_MS) return false;
  const [[x, y], [otherX, otherY]] = [way(one), way(other)];
  return x * otherX + y * otherY < 0;
}

/** @param {Moving} moving */
function way({ start, at }) {
  return [at[0] - start[0], at[1] - start[1]];
}
