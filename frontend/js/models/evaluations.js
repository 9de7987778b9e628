/** Selects the results on a card: figures are only ever compared with figures on the same evaluation set. Pure. */

/** @typedef {import('./cards.js').Card} Card */
/** @typedef {import('./cards.js').Metrics} Metrics */
/** @typedef {{readonly version: string, readonly metrics: Metrics}} Result */
/** @typedef {{readonly words: string, readonly results: readonly Result[]}} EvaluationSet `words` describe it with its size */

/**
 * Identifies the evaluation set; cards of the first releases only describe it.
 * @param {Metrics} metrics
 */
export function setKey({ set, judged_on }) {
  return set || judged_on;
}

/**
 * The card's results by evaluation set: first the set of its own main figures, and in each set the card's own version first.
 * @param {Card} card
 * @returns {readonly EvaluationSet[]}
 */
export function resultsBySet(card) {
  /** @type {Map<string, Result[]>} */
  const sets = new Map();
  const own = { version: card.version, metrics: card.metrics };
  const listed = (card.evaluations ?? []).map(({ version, ...metrics }) => ({ version, metrics }));
  for (const result of [own, ...listed]) {
    const key = setKey(result.metrics);
    const results = sets.get(key) ?? [];
    if (!results.some(({ version }) => version === result.version)) results.push(result);
    sets.set(key, results);
  }
  return [...sets.values()].map((results) => ({
    words: results[0].metrics.judged_on,
    results: results.sort((a, b) => Number(b.version === card.version) - Number(a.version === card.version)),
  }));
}

/**
 * The newest result on a set that `words` describe: the card's own, or one of an earlier version of its family.
 * @param {Card} card
 * @param {string} words
 * @returns {Result | null}
 */
export function resultOn(card, words) {
  const results = resultsBySet(card).filter((set) => set.words === words).flatMap(({ results }) => results);
  const own = results.find(({ version }) => version === card.version);
  return own ?? results.sort((a, b) => (a.version < b.version ? 1 : -1))[0] ?? null;
}
