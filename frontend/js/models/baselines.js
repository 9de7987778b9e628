/** Selects the rows and lines that compare the baselines with the served models. Pure; `docs/baselines.md` has the format. */

import { text } from '../ui/language/language.js';
import { versionWords } from '../ui/language/words.js';
import { resultOn } from './evaluations.js';

/** @typedef {import('./cards.js').Card} Card */
/**
 * @typedef {object} Baseline
 * @property {string} name
 * @property {string} source
 * @property {number | null} year
 * @property {number | null} claimed
 * @property {number | null} came_out
 * @property {string} trained_on
 * @property {readonly number[]} ink
 * @property {readonly number[]} accuracy
 * @property {number | null} mean
 * @property {number | null} at_50
 * @property {number | null} at_100
 * @property {string} [note]
 */
/** @typedef {'ancestor' | 'ours' | 'best'} Kind */
/** @typedef {{readonly name: string, readonly ink: readonly number[], readonly accuracy: readonly number[], readonly kind: Kind}} Line */

const PROJECT = 'Midstroke';
const EVERY_STAGE = 'ours, every stage'; // `trained_on` of a baseline that was trained on the same stages as our families

/**
 * Leaves out the file's rows of our families: the cards of the served versions are newer.
 * @param {readonly Baseline[]} rows
 */
export function ancestorsOf(rows) {
  return rows.filter(({ source }) => source !== PROJECT);
}

/**
 * The evaluation set of the comparison, in words: that of the file's rows of our families, else that of the best family.
 * @param {readonly Baseline[]} rows
 * @param {readonly Card[]} cards best first
 * @returns {string}
 */
export function comparisonSet(rows, cards) {
  for (const { source, note = '' } of rows) {
    const words = source === PROJECT && /(?:judged|measured|evaluated) on (.+)$/.exec(note);
    if (words) return words[1];
  }
  return cards[0]?.metrics.judged_on ?? '';
}

/**
 * A family's row of the comparison. Its figures are on the evaluation set of the others; where the served version was not
 * measured on it, they are those of an earlier version that was, and the row says so.
 * @param {Card} card
 * @param {string} set in words
 * @returns {Baseline}
 */
export function familyRow(card, set) {
  const { family, version, trained_on } = card;
  const found = resultOn(card, set);
  const year = Number(version.slice(0, 4)) || null;
  const trainedOn = text('compare.ours', { count: trained_on.drawings });
  const own = { name: family, source: PROJECT, year, claimed: null, came_out: null, trained_on: trainedOn };
  if (!found) {
    const none = { ink: [], accuracy: [], mean: null, at_50: null, at_100: null };
    return { ...own, ...none, trained_on: text('compare.not-measured', { words: trainedOn }), note: text('compare.note', { set: card.metrics.judged_on }) };
  }
  const { ink, accuracy, mean, at_50, at_100, judged_on } = found.metrics;
  const earlier = () => text('compare.earlier', { words: trainedOn, version: versionWords(found.version) });
  const trained = found.version === version ? trainedOn : earlier();
  return { ...own, trained_on: trained, ink, accuracy, mean, at_50, at_100, note: text('compare.note', { set: judged_on }) };
}

/**
 * The lines of the chart: baselines trained on the same stages as our families, then our families, the best last (on top).
 * @param {readonly Baseline[]} ancestors
 * @param {readonly Baseline[]} families best first
 * @returns {readonly Line[]}
 */
export function linesOf(ancestors, families) {
  const alike = ancestors.filter(({ trained_on, ink }) => trained_on === EVERY_STAGE && ink.length > 0);
  const ours = families.map((row, place) => line(row, place === 0 ? 'best' : 'ours')).filter(({ ink }) => ink.length > 0);
  return [...alike.map((row) => line(row, 'ancestor')), ...ours.reverse()];
}

/**
 * @param {Baseline} row
 * @param {Kind} kind
 * @returns {Line}
 */
function line({ name, ink, accuracy }, kind) {
  return { name, ink, accuracy, kind };
}

/**
 * Groups adjacent rows of one source.
 * @param {readonly Baseline[]} rows
 * @returns {readonly (readonly Baseline[])[]}
 */
export function bySource(rows) {
  /** @type {Baseline[][]} */
  const groups = [];
  for (const row of rows) {
    const last = groups.at(-1);
    if (last && last[0].source === row.source && last[0].year === row.year) last.push(row);
    else groups.push([row]);
  }
  return groups;
}

/**
 * @param {string} source
 * @param {number | null} year null where the source gives none
 */
export function sourceWords(source, year) {
  return year === null ? source : `${year}, ${source}`;
}
