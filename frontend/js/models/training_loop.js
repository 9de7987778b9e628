/** The live loop in words: what the trainer does, what came of it, and what changed since it was last heard of. Pure functions. */

import { modelWords, trainerWords, versionWords, whole } from '../ui/words.js';

/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */
/** @typedef {Pick<Trainer, 'family' | 'version' | 'reasons'> & {readonly state: 'published' | 'refused', readonly at?: string}} Outcome */

/**
 * In one line, for those who draw.
 * @param {Trainer | null} trainer
 */
export function lineWords(trainer) {
  switch (trainer?.state) {
    case undefined:
      return '';
    case 'published':
      return `a new ${trainer.family ?? 'model'} was published`;
    case 'refused':
      return `a ${trainer.family ?? 'model'} challenger was refused`;
    default:
      return trainerWords(trainer ?? null);
  }
}

/**
 * How much of what starts a training has come, 0 to 1.
 * @param {Trainer | null} trainer
 */
export function partCollected(trainer) {
  if (!trainer) return 0;
  return trainer.state === 'training' ? 1 : Math.min(trainer.new_drawings / Math.max(trainer.needed, 1), 1);
}

/**
 * What came in and teaches nothing, and why.
 * @param {Trainer | null} trainer
 */
export function leftOutWords(trainer) {
  const { filtered = 0, new_validation = 0 } = trainer ?? {};
  const said = [];
  if (new_validation) said.push(`${drawings(new_validation)} came to judge models, and never train${new_validation === 1 ? 's' : ''} one.`);
  if (filtered === 1) said.push('1 drawing left out: it looks like another digit than its label says.');
  if (filtered > 1) said.push(`${drawings(filtered)} left out: they look like other digits than their labels say.`);
  return said.join(' ');
}

/** @param {number} total */
export function collectedWords(total) {
  return total === 0 ? 'Nothing yet.' : `${drawings(total)}, by digit:`;
}

/**
 * What came of the last trainings, newest first: in the trainer's words of them, or of an older trainer in its state.
 * @param {Trainer | null} trainer
 * @returns {readonly Outcome[]}
 */
export function outcomesOf(trainer) {
  if (trainer?.outcomes?.length) return trainer.outcomes;
  if (trainer?.state !== 'published' && trainer?.state !== 'refused') return [];
  return [{ ...trainer, state: trainer.state }];
}

/**
 * The champions that went live.
 * @param {readonly Model[]} before
 * @param {readonly Model[]} after
 * @returns {readonly string[]}
 */
export function championNews(before, after) {
  return after.flatMap(({ family, model }) => {
    const former = before.find((one) => one.family === family);
    if (!former || former.model === model) return [];
    return [`${modelWords({ family, model }, false)} went live in place of the one ${versionWords(former.model)}`];
  });
}

/**
 * What the trainer began, refused or filtered.
 * @param {Trainer | null} before
 * @param {Trainer | null} after
 * @returns {readonly string[]}
 */
export function trainerNews(before, after) {
  if (!before || !after) return [];
  const news = [];
  const { state, family, new_drawings, filtered = 0 } = after;
  if (state === 'training' && (before.state !== 'training' || before.family !== family)) {
    news.push(`${family ?? 'a family'} began to learn from ${drawings(new_drawings)}`);
  }
  const known = outcomesOf(before);
  for (const is of outcomesOf(after)) {
    const isKnown = known.some((was) => is.version === was.version && is.at === was.at && is.state === was.state);
    if (!isKnown && is.state === 'refused') news.push(`a challenger was refused: ${refusedWords(is)}`);
  }
  const more = filtered - (before.filtered ?? 0);
  if (more > 0) news.push(`${drawings(more)} left out as doubtful`);
  return news;
}

/** @param {Outcome} refused */
function refusedWords({ family, version, reasons = [] }) {
  const name = [family, version && versionWords(version)].filter(Boolean).join(' ');
  const against = reasons.filter((reason) => !reason.startsWith('passes'));
  return [name, against.join('; ') || 'no reason given'].filter(Boolean).join(', ');
}

/** @param {number} count */
function drawings(count) {
  return `${whole(count)} drawing${count === 1 ? '' : 's'}`;
}
