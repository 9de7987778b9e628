/** Tells a drawing's life in words. Pure functions. */

import { guessOf } from './predictions.js';

/** @typedef {import('./drawing_life.js').Moment} Moment */
/** @typedef {import('./drawing_life.js').Story} Story */

const NO_DIGIT = 'no digit';

/**
 * `first 1, then 7 from 22 %, 2 from 48 % on, sure at 61 %`.
 * @param {Story | null} story
 */
export function storyWords(story) {
  if (!story) return '';
  const { turns, sure } = story;
  const last = turns.length - 1;
  const parts = turns.map(({ digit, share }, i) => {
    if (i === 0 && last > 0) return `first ${named(digit)}`;
    return `${i === 1 ? 'then ' : ''}${named(digit)} from ${whole(share)}${i === last ? ' on' : ''}`;
  });
  return [...parts, sure === null ? 'never sure' : `sure at ${whole(sure)}`].join(', ');
}

/**
 * The words beside the moment from which the guess stayed; empty where there is none.
 * @param {Story | null} story
 */
export function knownWords(story) {
  if (!story || story.known === null) return '';
  return story.right ? `I knew at ${whole(story.known)}` : `I was wrong from ${whole(story.known)}`;
}

/**
 * What was read at a moment of the past.
 * @param {number} share of the ink
 * @param {Moment | undefined} moment
 */
export function momentWords(share, moment) {
  const guess = moment && guessOf(moment.prediction);
  const read = guess ? (guess.unsure ? NO_DIGIT : `${guess.digit}, ${whole(guess.probability)} sure`) : 'no guess yet';
  return `At ${whole(share)} of the ink: ${read}`;
}

/** @param {number | null} digit */
function named(digit) {
  return digit === null ? NO_DIGIT : String(digit);
}

/** @param {number} share */
function whole(share) {
  return `${Math.round(100 * share)}\u00a0%`;
}
