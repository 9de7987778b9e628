/** Describes a drawing's life in words. Pure functions. */

import { text } from '../../ui/language/language.js';
import { className } from '../../ui/language/symbols.js';
import { wholePercent } from '../../ui/language/words.js';
import { guessOf } from '../predictions.js';

/** @typedef {import('./drawing_life.js').Moment} Moment */
/** @typedef {import('./drawing_life.js').Story} Story */

/**
 * `first 1, then 7 from 22 %, 2 from 48 % on, sure at 61 %`.
 * @param {Story | null} story
 */
export function storyWords(story) {
  if (!story) return '';
  const { turns, sure } = story;
  const last = turns.length - 1;
  const parts = turns.map(({ digit, share }, i) => {
    const values = { digit: named(digit), share: wholePercent(share) };
    if (i === 0 && last > 0) return text('life.first', values);
    if (i === 1) return text(i === last ? 'life.then-on' : 'life.then', values);
    return text(i === last ? 'life.on' : 'life.from', values);
  });
  return [...parts, sure === null ? text('life.never-sure') : text('life.sure', { share: wholePercent(sure) })].join(', ');
}

/**
 * The words beside the moment from which the guess stayed; empty where there is none.
 * @param {Story | null} story
 */
export function knownWords(story) {
  if (!story || story.known === null) return '';
  return text(story.right ? 'life.knew' : 'life.wrong', { share: wholePercent(story.known) });
}

/**
 * What was read at a moment of the past.
 * @param {number} share of the ink
 * @param {Moment | undefined} moment
 */
export function momentWords(share, moment) {
  const guess = moment && guessOf(moment.prediction);
  return text('life.at', { share: wholePercent(share), read: guess ? readWords(guess) : text('life.no-guess') });
}

/** @param {import('../predictions.js').Guess} guess */
function readWords({ digit, probability, unsure }) {
  return unsure ? text('words.no-digit') : text('life.read', { digit: className(digit), share: wholePercent(probability) });
}

/** @param {number | null} digit */
function named(digit) {
  return digit === null ? text('words.no-digit') : className(digit);
}
