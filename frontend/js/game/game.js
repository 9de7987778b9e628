/** The rules of the game: ten digits in one minute, with as little ink as possible. Pure functions. */

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {{readonly digit: number, readonly points: number, readonly strokes: readonly Stroke[]}} Turn 0 points: passed over */
/** @typedef {{readonly digits: readonly number[], readonly turns: readonly Turn[], readonly left: number}} Game `left` ms */

export const GAME_MS = 60_000;
const KNOWN = 0.85; // probability of the asked digit at which it counts as read
const LEAST_INK = 120; // px: less is a dot that happens to look like a 1
const MOST_POINTS = 100;
const FREE_INK = 200; // px: the quickest digit; every further 8 px cost a point
const INK_A_POINT = 8; // px
const LEAST_POINTS = 10; // for a digit that was read, however late

/**
 * The ten digits in another order each time.
 * @param {() => number} random from 0 to 1
 * @returns {Game}
 */
export function newGame(random) {
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  for (let i = 9; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [digits[i], digits[j]] = [digits[j], digits[i]];
  }
  return { digits, turns: [], left: GAME_MS };
}

/** The digit that is asked for; null when the game is over. @param {Game} game */
export function askedIn({ digits, turns, left }) {
  return left > 0 ? (digits[turns.length] ?? null) : null;
}

/**
 * @param {Game} game
 * @param {number} ms
 * @returns {Game}
 */
export function pass(game, ms) {
  return { ...game, left: Math.max(0, game.left - ms) };
}

/**
 * Whether the drawing is read as the digit that was asked for.
 * @param {readonly number[]} probabilities
 * @param {number} asked
 * @param {number} ink px
 */
export function isRead(probabilities, asked, ink) {
  return ink >= LEAST_INK && probabilities[asked] >= KNOWN;
}

/**
 * What a digit that was read after this much ink is worth.
 * @param {number} ink px
 */
export function pointsFor(ink) {
  return Math.round(Math.min(MOST_POINTS, Math.max(LEAST_POINTS, MOST_POINTS - (ink - FREE_INK) / INK_A_POINT)));
}

/**
 * @param {Game} game
 * @param {readonly Stroke[]} strokes
 * @param {number} points 0: passed over
 * @returns {Game}
 */
export function finishTurn(game, strokes, points) {
  const digit = askedIn(game);
  return digit === null ? game : { ...game, turns: [...game.turns, { digit, points, strokes }] };
}

/** @param {Game} game */
export function scoreOf({ turns }) {
  return turns.reduce((sum, { points }) => sum + points, 0);
}

/** The longest run of digits that were read one after another. @param {Game} game */
export function streakOf({ turns }) {
  let [best, run] = [0, 0];
  for (const { points } of turns) {
    run = points > 0 ? run + 1 : 0;
    best = Math.max(best, run);
  }
  return best;
}
