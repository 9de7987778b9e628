/** The life of a drawing: what a model read at each moment while it was drawn. Pure functions. */

import { distance, inkLength } from '../../ink/geometry.js';
import { guessOf } from '../predictions.js';

/** @typedef {import('../../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('../../ink/geometry.js').Stroke} Stroke */
/** @typedef {{readonly ink: number, readonly prediction: Prediction}} Moment `ink` in px */
/** @typedef {{readonly digit: number | null, readonly from: number, readonly to: number}} Run ink, px;
 *   the digit is null where none was recognised */
/**
 * @typedef {object} Life
 * @property {readonly Stroke[]} strokes
 * @property {readonly Moment[]} moments of the leading model, by rising ink
 * @property {readonly Moment[]} compared those of the model that it is compared with
 * @property {number | null} label the digit that was asked for
 */
/** @typedef {{readonly digit: number | null, readonly share: number}} Turn `share` of the ink, 0 to 1 */
/**
 * @typedef {object} Story
 * @property {readonly Turn[]} turns the guesses in order, each with the share of the ink from which it led
 * @property {number | null} known share of the ink from which the guess stayed; null where none is likely in the end
 * @property {number | null} sure share from which it stayed likelier than `SURE`
 * @property {boolean} right whether the last guess is the label; true without one
 */
/** @typedef {readonly {readonly ms: number, readonly ink: number}[]} Pace how much ink was drawn by when, a point each */

const SURE = 0.9;
const LIKELY = 0.5; // a guess below it was not known, however long it led
const BRIEF = 0.06; // of the ink: a guess that led for less is no turn of the story
const LONGEST_PAUSE_MS = 500; // of a replay: a visitor who went to the door is not waited for

/**
 * The moments with a new one. Ink that was undone takes its moments with it.
 * @param {readonly Moment[]} moments
 * @param {Moment} moment
 * @param {number} [whole] ink of the drawing at that time, px; more than the moment's where it is of the past
 * @returns {readonly Moment[]}
 */
export function addMoment(moments, moment, whole = moment.ink) {
  const later = moments.filter(({ ink }) => ink > moment.ink && ink <= whole);
  return [...moments.filter(({ ink }) => ink < moment.ink), moment, ...later];
}

/**
 * The last moment by which this much ink was drawn.
 * @param {readonly Moment[]} moments
 * @param {number} ink px
 */
export function momentAt(moments, ink) {
  return moments.findLast((moment) => moment.ink <= ink + 0.5);
}

/**
 * Stretches with the same leading digit, and those in which no digit was recognised, in order.
 * @param {readonly Moment[]} moments
 * @returns {readonly Run[]}
 */
export function runsOf(moments) {
  /** @type {Run[]} */
  const runs = [];
  for (const { ink, prediction } of moments) {
    const guess = guessOf(prediction);
    if (!guess) continue;
    const last = runs.at(-1);
    const digit = guess.unsure ? null : guess.digit;
    if (last?.digit === digit) runs[runs.length - 1] = { ...last, to: ink };
    else runs.push({ digit, from: ink, to: ink });
  }
  return runs;
}

/**
 * @param {Life} life
 * @returns {Story | null} null before a digit leads
 */
export function storyOf({ strokes, moments, label }) {
  const whole = Math.max(inkLength(strokes), moments.at(-1)?.ink ?? 0, 1);
  const runs = runsOf(moments);
  const last = runs.at(-1);
  if (!last) return null;
  const share = (/** @type {number} */ ink) => Math.min(ink / whole, 1);
  const long = runs.filter((run, i) => run === last || (runs[i + 1].from - run.from) / whole >= BRIEF);
  const turns = runsJoined(long).map(({ digit, from }) => ({ digit, share: share(from) }));
  const final = last.digit;
  const likely = final !== null && (moments.at(-1)?.prediction.probabilities[final] ?? 0) >= LIKELY;
  const unsure = final === null ? moments.length : moments.findLastIndex(({ prediction }) => prediction.probabilities[final] < SURE);
  const sure = moments[unsure + 1];
  return {
    turns,
    known: likely ? share(last.from) : null,
    sure: sure ? share(Math.max(sure.ink, last.from)) : null,
    right: label === null || label === last.digit,
  };
}

/** Once brief runs are gone, two of one digit may be neighbours. @param {readonly Run[]} runs */
function runsJoined(runs) {
  return runs.filter((run, i) => i === 0 || run.digit !== runs[i - 1].digit);
}

/**
 * How much ink was drawn by when, with long pauses shortened.
 * @param {readonly Stroke[]} strokes
 * @returns {Pace}
 */
export function paceOf(strokes) {
  /** @type {{ms: number, ink: number}[]} */
  const pace = [];
  let [ms, ink] = [0, 0];
  /** @type {import('../../ink/geometry.js').Point | null} */
  let before = null;
  for (const stroke of strokes) {
    stroke.forEach((point, i) => {
      if (before) ms += Math.min(Math.max(point[2] - before[2], 0), LONGEST_PAUSE_MS);
      if (before && i > 0) ink += distance(before, point);
      pace.push({ ms, ink });
      before = point;
    });
  }
  return pace;
}

/**
 * The ink drawn by then, px; null when all of it was.
 * @param {Pace} pace
 * @param {number} ms
 */
export function inkBy(pace, ms) {
  const next = pace.findIndex((step) => step.ms > ms);
  if (next < 0) return null;
  if (next === 0) return 0;
  const [a, b] = [pace[next - 1], pace[next]];
  return a.ink + ((b.ink - a.ink) * (ms - a.ms)) / (b.ms - a.ms);
}

/**
 * When this much ink was drawn, ms.
 * @param {Pace} pace
 * @param {number} ink px
 */
export function timeOf(pace, ink) {
  return pace.find((step) => step.ink >= ink)?.ms ?? pace.at(-1)?.ms ?? 0;
}
