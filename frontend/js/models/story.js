/** Selects what the models' story is about: how right by how much ink, now, at first, in 2013 and in 2016. Pure functions. */

import { resultsBySet } from './evaluations.js';

/** @typedef {import('./baselines.js').Baseline} Baseline */
/** @typedef {import('./cards.js').Card} Card */
/** @typedef {'now' | 'first' | '2013' | '2016'} Age */
/** @typedef {{readonly ink: readonly number[], readonly accuracy: readonly number[]}} Curve */
/** @typedef {Curve & {readonly age: Age, readonly measured: string}} Chapter `measured` on these drawings, in words */

const PROJECT = 'Midstroke';
const EVERY_STAGE = 'ours, every stage'; // trained on what our models are trained on: only then they are alike
const YEARS = /** @type {const} */ ([2013, 2016]);

/**
 * The curves of the chart, the oldest first; those that are not known are left out.
 * @param {Card | undefined} card of the best served model
 * @param {readonly Baseline[]} rows of the comparison with earlier projects
 * @returns {readonly Chapter[]}
 */
export function chaptersOf(card, rows) {
  const [setRow] = rows.filter(({ source }) => source === PROJECT);
  const set = /(?:judged|measured|evaluated) on (.+)$/.exec(setRow?.note ?? '')?.[1] ?? '';
  const old = YEARS.flatMap((year) => {
    const row = rows.find((one) => one.year === year && one.trained_on === EVERY_STAGE && one.ink.length > 0);
    return row ? [{ age: /** @type {Age} */ (String(year)), ink: row.ink, accuracy: row.accuracy, measured: set }] : [];
  });
  if (!card) return old;
  const { ink, accuracy, judged_on } = card.metrics;
  const first = firstOf(card, rows, set);
  return [...old, ...(first ? [first] : []), { age: 'now', ink, accuracy, measured: judged_on }];
}

/**
 * The family's oldest version: on the drawings of the card's own figures where it was measured on them, else on those of
 * the comparison.
 * @param {Card} card
 * @param {readonly Baseline[]} rows
 * @param {string} set
 * @returns {Chapter | null}
 */
function firstOf(card, rows, set) {
  const { results } = resultsBySet(card)[0];
  const oldest = results.filter(({ version }) => version < card.version).sort((a, b) => (a.version < b.version ? -1 : 1))[0];
  if (oldest) return { age: 'first', ink: oldest.metrics.ink, accuracy: oldest.metrics.accuracy, measured: oldest.metrics.judged_on };
  const row = rows.find(({ source, name, note = '' }) => source === PROJECT && name === card.family && !note.startsWith(card.version));
  return row && row.ink.length > 0 ? { age: 'first', ink: row.ink, accuracy: row.accuracy, measured: set } : null;
}

/**
 * The accuracy at a share of the ink, from the nearest stage; null without any.
 * @param {Curve | undefined} curve
 * @param {number} share
 */
export function accuracyAt(curve, share) {
  if (!curve || curve.ink.length === 0) return null;
  const nearest = curve.ink.reduce((best, ink, i) => (Math.abs(ink - share) < Math.abs(curve.ink[best] - share) ? i : best), 0);
  return curve.accuracy[nearest];
}
