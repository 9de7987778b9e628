/** Lists the served models with the facts of their cards. */

import { accuracyChart } from './chart.js';
import { Cards } from './cards.js';
import { byId, element } from '../ui/dom.js';
import { familySentence } from './families.js';
import { figureGrid, figuresOf } from './figures.js';
import { ComparisonView } from './comparison_view.js';
import { resultsBySet } from './evaluations.js';
import { percent, versionWords, whenMade, whole } from '../ui/words.js';

/** @typedef {import('./cards.js').Card} Card */
/** @typedef {import('../connection/protocol.js').Model} Model */

export class ModelsView {
  #list = byId('models-list', HTMLElement);
  #cards = new Cards();
  #comparison = new ComparisonView(this.#cards);
  /** @type {import('./story_view.js').StoryView | null} */ #story = null;
  /** @type {readonly Model[]} */ #models = [];
  #visible = false;

  /** @param {readonly Model[]} models best first */
  showModels(models) {
    const isSame = JSON.stringify(models) === JSON.stringify(this.#models);
    this.#models = models;
    if (this.#visible && !isSame) this.#draw();
  }

  /** @param {boolean} visible cards are read when the view is first shown */
  setVisible(visible) {
    this.#visible = visible;
    if (visible) this.#draw();
  }

  async #tellStory() {
    const { StoryView } = await import('./story_view.js');
    this.#story ??= new StoryView(this.#cards);
    await this.#story.show(this.#models);
  }

  #draw() {
    void this.#tellStory();
    void this.#comparison.show(this.#models);
    this.#list.replaceChildren(...this.#models.map((model) => this.#article(model)));
    if (this.#models.length === 0) this.#list.append(element('p', {}, 'No model is served yet.'));
  }

  /** @param {Model} model */
  #article(model) {
    const details = element('div', { class: 'card-body' });
    const title = element('h2', {}, model.family, element('small', {}, model.best ? ' (best)' : ''));
    const about = element('p', { class: 'about' }, familySentence(model.family));
    const article = element('article', { 'data-family': model.family, 'data-version': model.model }, title, about, details);
    this.#cards.read(model).then(
      (card) => details.replaceChildren(...cardParts(card)),
      (error) => details.replaceChildren(element('p', {}, `Its card could not be read: ${error.message}.`)),
    );
    return article;
  }
}

/** @param {Card} card */
function cardParts(card) {
  const { metrics } = card;
  const chart = element('figure', {}, accuracyChart(metrics.ink, metrics.accuracy));
  chart.append(element('figcaption', {}, `Correct answers by share of ink drawn, on ${metrics.judged_on} that it was not trained on`));
  return [facts(card), chart, figureGrid(figuresOf(card))];
}

/** @param {Card} card */
function facts(card) {
  const { trained_on: from } = card;
  const [main, ...others] = resultsBySet(card);
  /** @type {readonly (readonly [string, string | Node])[]} */
  const rows = [
    ['Version', card.version],
    ['Made', whenMade(card.version) + (card.resumed_from ? `, continued from ${card.resumed_from}` : ', trained from scratch')],
    ['Trained on', `${whole(from.drawings)} drawings by ${whole(from.contributors)} people${withdrawnWords(from)}`],
    ['Input', LOOKS[card.encoding] ?? card.encoding],
    ['Measured on', main.words],
    ['Correct, mean', shareWords(card, main, 'mean')],
    ['Correct, half drawn', shareWords(card, main, 'at_50')],
    ['Correct, finished', shareWords(card, main, 'at_100')],
    ['Each digit, finished', recall(card.metrics.recall)],
    ...others.map((set) => otherSetWords(card, set)),
    ['Comparison before publishing', gateWords(card.gate)],
    ['Credits', from.credits.join('; ') || 'none'],
  ];
  return element('dl', {}, ...rows.flatMap(([term, said]) => [element('dt', {}, term), element('dd', {}, said)]));
}

/**
 * The card's own figure with those of earlier versions on the same set.
 * @param {Card} card
 * @param {import('./evaluations.js').EvaluationSet} set
 * @param {'mean' | 'at_50' | 'at_100'} figure
 */
function shareWords(card, { results }, figure) {
  const words = results.map(({ version, metrics }) =>
    version === card.version ? percent(metrics[figure]) : `version ${versionWords(version)}: ${percent(metrics[figure])}`,
  );
  return words.length > 1 ? `${words[0]} (${words.slice(1).join(', ')})` : words[0];
}

/**
 * @param {Card} card
 * @param {import('./evaluations.js').EvaluationSet} set
 * @returns {readonly [string, string]}
 */
function otherSetWords(card, set) {
  const own = set.results.some(({ version }) => version === card.version);
  const words = `finished ${shareWords(card, set, 'at_100')}; mean ${shareWords(card, set, 'mean')}`;
  return [`On ${set.words}`, own ? words : `${words}; this version was not measured on them`];
}

/** @param {Card['trained_on']} from */
function withdrawnWords({ withdrawn = 0 }) {
  return withdrawn === 0 ? '' : `; ${whole(withdrawn)} deleted by their contributors and no longer used`;
}

/** @type {Readonly<Record<string, string>>} */
const LOOKS = {
  ink20: 'the ink as 20 × 20 cells, and its place (ink20)',
  canvas20: 'the whole sheet as 20 × 20 cells (canvas20)',
  path48: 'the pen’s path as 48 points (path48)',
};

/** @param {Card['gate']} gate */
function gateWords({ accepted, reasons = [] }) {
  const verdict = accepted === undefined ? 'none' : accepted ? 'passed' : 'refused';
  return [verdict, ...reasons].join('; ');
}

/** @param {readonly number[]} shares of each digit at full ink */
function recall(shares) {
  const items = shares.map((share, digit) =>
    element('li', {}, element('b', {}, String(digit)), ` ${Math.round(100 * share)} %`),
  );
  return element('ol', { class: 'recall' }, ...items);
}
