/** Describes the training loop in words: state, last results, and what changed. Pure functions. */

import { text } from '../ui/language/language.js';
import { familyWords, modelWords, versionWords } from '../ui/language/words.js';

/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */
/** @typedef {Pick<Trainer, 'family' | 'version' | 'reasons'> & {readonly state: 'published' | 'refused', readonly at?: string}} Outcome */

/**
 * New drawings that are not used for training, with the reason.
 * @param {Trainer | null} trainer
 */
export function leftOutWords(trainer) {
  const { filtered = 0, new_validation = 0, over_limit = 0 } = trainer ?? {};
  const sentences = [];
  if (new_validation) sentences.push(text('loop.for-testing', { count: new_validation }));
  if (filtered) sentences.push(text('loop.filtered', { count: filtered }));
  if (over_limit) sentences.push(text('loop.over-limit', { count: over_limit }));
  return sentences.join(' ');
}

/** @param {number} total */
export function collectedWords(total) {
  return total === 0 ? text('loop.none-collected') : text('loop.collected', { count: total });
}

/**
 * The results of the last trainings, newest first; an older trainer reports only one, in its state.
 * @param {Trainer | null} trainer
 * @returns {readonly Outcome[]}
 */
export function outcomesOf(trainer) {
  if (trainer?.outcomes?.length) return trainer.outcomes;
  if (trainer?.state !== 'published' && trainer?.state !== 'refused') return [];
  return [{ ...trainer, state: trainer.state }];
}

/**
 * News of champions that went live.
 * @param {readonly Model[]} before
 * @param {readonly Model[]} after
 * @returns {readonly string[]}
 */
export function championNews(before, after) {
  return after.flatMap(({ family, model }) => {
    const former = before.find((one) => one.family === family);
    if (!former || former.model === model) return [];
    return [text('loop.went-live', { model: modelWords({ family, model }), before: versionWords(former.model) })];
  });
}

/**
 * News of trainings, refusals and filtered drawings.
 * @param {Trainer | null} before
 * @param {Trainer | null} after
 * @returns {readonly string[]}
 */
export function trainerNews(before, after) {
  if (!before || !after) return [];
  const news = [];
  const { state, family, new_drawings, filtered = 0 } = after;
  if (state === 'training' && (before.state !== 'training' || before.family !== family)) {
    news.push(text('loop.began', { model: family ? familyWords(family) : text('loop.a-model'), count: new_drawings }));
  }
  const known = outcomesOf(before);
  for (const is of outcomesOf(after)) {
    const isKnown = known.some((was) => is.version === was.version && is.at === was.at && is.state === was.state);
    if (!isKnown && is.state === 'refused') news.push(text('loop.not-used', { why: refusedWords(is) }));
  }
  const more = filtered - (before.filtered ?? 0);
  if (more > 0) news.push(text('loop.filtered-news', { count: more }));
  return news;
}

/** @param {Outcome} refused */
function refusedWords({ family, version, reasons = [] }) {
  const name = [family && familyWords(family), version && versionWords(version)].filter(Boolean).join(', ');
  const against = reasons.filter((reason) => !/^pass(es|ed)\b/i.test(reason)).map(reasonWords);
  return [name, against.join('; ') || text('loop.no-reason')].filter(Boolean).join(', ');
}

/**
 * The gate's sentence in words for visitors: `fails: at half ink 70.0 %, champion 75.0 %, at most 0.5 points below`.
 * Another sentence stays as it is.
 * @param {string} reason
 */
export function reasonWords(reason) {
  const parts = /^(passes|fails): (.+?) ([\d.]+ %), (.+?) ([\d.]+ %)(?:, at most ([\d.]+) points below)?$/.exec(reason);
  if (!parts) return reason;
  const [, verdict, what, share, rival, rivalShare, tolerance] = parts;
  const sentence = text(verdict === 'passes' ? 'loop.good-enough' : 'loop.not-good-enough', { what, share, rival, other: rivalShare });
  return tolerance ? text('loop.tolerance', { sentence, points: tolerance }) : sentence;
}
