/** Lists the served models with the facts of their cards. */

import { accuracyChart } from './chart.js';
import { Cards } from './cards.js';
import { byId, element } from '../ui/dom.js';
import { hasText, text } from '../ui/language/language.js';
import { familySentence } from '../watch/model_choice/family_words.js';
import { figureGrid, figuresOf } from './figures.js';
import { ComparisonView } from './comparison_view.js';
import { resultsBySet } from './evaluations.js';
import { StoryView } from './story_view.js';
import { familyWords, percent, versionWords, whenMade, wholePercent } from '../ui/language/words.js';

/** @typedef {import('./cards.js').Card} Card */
/** @typedef {import('../connection/protocol.js').Model} Model */

export class ModelsView {
  #list = byId('models-list', HTMLElement);
  #cards = new Cards();
  #comparison = new ComparisonView(this.#cards);
  #story = new StoryView(this.#cards);
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

  #draw() {
    void this.#story.show(this.#models);
    void this.#comparison.show(this.#models);
    this.#list.replaceChildren(...this.#models.map((model) => this.#article(model)));
    if (this.#models.length === 0) this.#list.append(element('p', {}, text('models.none')));
  }

  /** @param {Model} model */
  #article(model) {
    const details = element('div', { class: 'card-body' });
    const title = element('h2', {}, familyWords(model.family), element('small', {}, model.best ? ` ${text('models.best')}` : ''));
    const about = element('p', { class: 'about' }, familySentence(model.family));
    const article = element('article', { 'data-family': model.family, 'data-version': model.model }, title, about, details);
    this.#cards.read(model).then(
      (card) => details.replaceChildren(...cardParts(card)),
      (error) => details.replaceChildren(element('p', {}, text('models.card-failed', { error: error.message }))),
    );
    return article;
  }
}

/** @param {Card} card */
function cardParts(card) {
  const { metrics } = card;
  const chart = element('figure', {}, accuracyChart(metrics.ink, metrics.accuracy));
  chart.append(element('figcaption', {}, text('models.chart-caption', { set: metrics.judged_on })));
  return [facts(card), chart, figureGrid(figuresOf(card))];
}

/** @param {Card} card */
function facts(card) {
  const { trained_on: from } = card;
  const [main, ...others] = resultsBySet(card);
  /** @type {readonly (readonly [string, string | Node])[]} */
  const rows = [
    [text('models.version'), card.version],
    [text('models.made'), madeWords(card)],
    [text('models.trained-on'), trainedOnWords(from)],
    [text('models.input'), inputWords(card.encoding)],
    [text('models.measured-on'), main.words],
    [text('models.mean'), shareWords(card, main, 'mean')],
    [text('models.half'), shareWords(card, main, 'at_50')],
    [text('models.finished'), shareWords(card, main, 'at_100')],
    [text('models.recall'), recall(card.metrics.recall)],
    ...others.map((set) => otherSetWords(card, set)),
    [text('models.gate'), gateWords(card.gate)],
    [text('models.credits'), from.credits.join('; ') || text('models.no-credits')],
  ];
  return element('dl', {}, ...rows.flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, value)]));
}

/**
 * The card's own figure with those of earlier versions on the same set.
 * @param {Card} card
 * @param {import('./evaluations.js').EvaluationSet} set
 * @param {'mean' | 'at_50' | 'at_100'} figure
 */
function shareWords(card, { results }, figure) {
  const words = results.map(({ version, metrics }) =>
    version === card.version
      ? percent(metrics[figure])
      : text('models.of-version', { version: versionWords(version), share: percent(metrics[figure]) }),
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
  const words = text('models.on-set-figures', { finished: shareWords(card, set, 'at_100'), mean: shareWords(card, set, 'mean') });
  return [text('models.on-set', { set: set.words }), own ? words : text('models.on-set-earlier', { words })];
}

/** @param {Card} card */
function madeWords({ version, resumed_from }) {
  const when = whenMade(version);
  return resumed_from ? text('models.continued', { when, version: resumed_from }) : text('models.from-scratch', { when });
}

/** @param {Card['trained_on']} from */
function trainedOnWords({ drawings, contributors, withdrawn = 0 }) {
  const words = text('models.trained-by', { drawings, people: contributors });
  return withdrawn === 0 ? words : text('models.withdrawn', { words, count: withdrawn });
}

/** @param {string} encoding */
function inputWords(encoding) {
  const key = `models.input-${encoding}`;
  return hasText(key) ? text(key) : encoding;
}

/** @param {Card['gate']} gate */
function gateWords({ accepted, reasons = [] }) {
  const verdict = accepted === undefined ? 'none' : accepted ? 'passed' : 'refused';
  return [text(`models.gate-${verdict}`), ...reasons].join('; ');
}

/** @param {readonly number[]} shares of each digit at full ink */
function recall(shares) {
  const items = shares.map((share, digit) =>
    element('li', {}, element('b', {}, String(digit)), ` ${wholePercent(share)}`),
  );
  return element('ol', { class: 'recall' }, ...items);
}
