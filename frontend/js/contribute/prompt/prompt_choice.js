/** Chooses the digit to ask for: what the models confuse most, with a share kept for all alike. Pure functions. */

import { classCount } from '../../ui/language/symbols.js';

/** @typedef {{readonly digit: number, readonly probability: number}} Prompt the probability with which it was asked for */
/** @typedef {{readonly recall: readonly number[], readonly confusion?: readonly (readonly number[])[]}} Metrics of a card */

const DIGITS = 10;
const UNIFORM = 0.5; // share of prompts that ask for every digit alike: models also have to stay right where they are right

/**
 * How often each digit is mistaken or mistaken for at the late stages of a drawing, by the card of a model; without the
 * matrix, how often it is missed when finished.
 * @param {Metrics} metrics
 * @returns {readonly number[] | null} shares that sum to 1; null where the card says nothing
 */
export function confusedShares({ recall, confusion }) {
  const errors = isMatrix(confusion) ? errorsOf(confusion) : recall.map((share) => 1 - share);
  const all = errors.reduce((sum, error) => sum + error, 0);
  return errors.length === DIGITS && errors.every((error) => error >= 0) && all > 0 ? errors.map((error) => error / all) : null;
}

/**
 * One of the classes that were drawn least, so that all come to the same number.
 * @param {readonly number[]} byLabel contributions of each digit
 * @param {number} random from 0 to 1
 * @param {number | null} before the digit asked for last, which is not asked for again at once
 */
export function chooseDigit(byLabel, random, before) {
  const others = [...Array(classCount()).keys()].filter((digit) => digit !== before);
  const fewest = Math.min(...others.map((digit) => byLabel[digit] ?? 0));
  const rarest = others.filter((digit) => (byLabel[digit] ?? 0) === fewest);
  return rarest[Math.min(Math.floor(random * rarest.length), rarest.length - 1)];
}

/**
 * The next prompt: never the digit of the one before.
 * @param {readonly number[]} byLabel contributions of each digit
 * @param {readonly number[] | null} confused null before a card was read: the digits that were drawn least are asked for
 * @param {number} random from 0 to 1
 * @param {number | null} before
 * @returns {Prompt}
 */
export function choosePrompt(byLabel, confused, random, before) {
  const others = [...Array(DIGITS).keys()].filter((digit) => digit !== before);
  if (!confused) {
    const fewest = Math.min(...others.map((digit) => byLabel[digit] ?? 0));
    const rarest = others.filter((digit) => (byLabel[digit] ?? 0) === fewest);
    return { digit: chooseDigit(byLabel, random, before), probability: 1 / rarest.length };
  }
  const left = others.reduce((sum, digit) => sum + confused[digit], 0);
  const share = (/** @type {number} */ digit) => (left > 0 ? UNIFORM / others.length + ((1 - UNIFORM) * confused[digit]) / left : 1 / others.length);
  let sum = 0;
  const digit = others.find((one) => (sum += share(one)) > random) ?? others[others.length - 1];
  return { digit, probability: share(digit) };
}

/**
 * @param {readonly (readonly number[])[] | undefined} confusion
 * @returns {confusion is readonly (readonly number[])[]}
 */
function isMatrix(confusion) {
  return confusion?.length === DIGITS && confusion.every((row) => row.length === DIGITS);
}

/**
 * The mean of the share of a digit's drawings that were misread, and of its guesses that were wrong.
 * @param {readonly (readonly number[])[]} confusion label by guess
 */
function errorsOf(confusion) {
  return confusion.map((row, digit) => {
    const [drawn, guessed] = [row.reduce((a, b) => a + b, 0), confusion.reduce((sum, other) => sum + other[digit], 0)];
    const wrong = (/** @type {number} */ all) => (all > 0 ? 1 - row[digit] / all : 0);
    return (wrong(drawn) + wrong(guessed)) / 2;
  });
}
