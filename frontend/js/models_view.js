/** The models that are served, each with what its card says; and what the trainer does. Reads cards, changes nothing. */

import { accuracyChart } from './chart.js';
import { byId, element } from './dom.js';
import { percent, trainerWords, whenMade, whole } from './words.js';

/** @typedef {import('./protocol.js').Model} Model */
/** @typedef {import('./protocol.js').Trainer} Trainer */
/**
 * @typedef {object} Card
 * @property {string} family
 * @property {string} version
 * @property {string} encoding
 * @property {Readonly<Record<string, unknown>>} files
 * @property {{judged_on: string, drawings: number, ink: number[], accuracy: number[], mean: number, at_50: number,
 *   at_100: number, recall: number[], log_loss: number}} metrics
 * @property {{drawings: number, contributors: number, sources: Record<string, number>, credits: string[]}} trained_on
 * @property {string | null} resumed_from
 * @property {{accepted?: boolean, reasons?: readonly string[]}} gate
 */

export class ModelsView {
  #list = byId('models-list', HTMLElement);
  #trainer = byId('trainer', HTMLElement);
  /** @type {Map<string, Promise<Card>>} */ #cards = new Map();
  /** @type {readonly Model[]} */ #models = [];
  #visible = false;

  /** @param {Trainer | null} trainer */
  showTrainer(trainer) {
    this.#trainer.textContent = `Trainer: ${trainerWords(trainer)}.`;
    this.#trainer.dataset.state = trainer?.state ?? '';
  }

  /** @param {readonly Model[]} models best first */
  showModels(models) {
    this.#models = models;
    if (this.#visible) this.#draw();
  }

  /** @param {boolean} visible cards are read once somebody looks */
  setVisible(visible) {
    this.#visible = visible;
    if (visible) this.#draw();
  }

  #draw() {
    this.#list.replaceChildren(...this.#models.map((model) => this.#article(model)));
    if (this.#models.length === 0) this.#list.append(element('p', {}, 'No model is served yet.'));
  }

  /** @param {Model} model */
  #article(model) {
    const details = element('div', { class: 'card-body' });
    const title = element('h2', {}, model.family, element('small', {}, model.best ? ' the best of those served' : ''));
    const article = element('article', { 'data-family': model.family, 'data-version': model.model }, title, details);
    this.#card(model).then(
      (card) => details.replaceChildren(...cardParts(card)),
      (error) => details.replaceChildren(element('p', {}, `Its card could not be read: ${error.message}.`)),
    );
    return article;
  }

  /** @param {Model} model */
  #card({ family, model }) {
    const url = `/models/${family}/${model}/card.json`;
    const reading = this.#cards.get(url) ?? readCard(url);
    this.#cards.set(url, reading);
    reading.catch(() => this.#cards.delete(url));
    return reading;
  }
}

/**
 * @param {string} url
 * @returns {Promise<Card>}
 */
async function readCard(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`the service answered ${answer.status} to ${url}`);
  return answer.json();
}

/** @param {Card} card */
function cardParts(card) {
  const { metrics } = card;
  const chart = element('figure', {}, accuracyChart(metrics.ink, metrics.accuracy));
  chart.append(element('figcaption', {}, 'Right answers by share of ink drawn, on writers it has not seen'));
  return [facts(card), chart, figures(card)];
}

/** @param {Card} card */
function facts(card) {
  const { metrics, trained_on: from } = card;
  /** @type {readonly (readonly [string, string | Node])[]} */
  const rows = [
    ['Version', card.version],
    ['Made', whenMade(card.version) + (card.resumed_from ? `, from ${card.resumed_from}` : ', from nothing')],
    ['Learnt from', `${whole(from.drawings)} drawings by ${whole(from.contributors)} people`],
    ['Looks at', LOOKS[card.encoding] ?? card.encoding],
    ['Right, mean', percent(metrics.mean)],
    ['Right, half drawn', percent(metrics.at_50)],
    ['Right, finished', percent(metrics.at_100)],
    ['Each digit, finished', recall(metrics.recall)],
    ['Judged on', metrics.judged_on],
    ['Gate', gateWords(card.gate)],
    ['Credits', from.credits.join('; ') || 'none'],
  ];
  return element('dl', {}, ...rows.flatMap(([term, said]) => [element('dt', {}, term), element('dd', {}, said)]));
}

/** @type {Readonly<Record<string, string>>} */
const LOOKS = {
  ink20: 'the ink as 20 × 20 cells, and its place (ink20)',
  canvas20: 'the whole sheet as 20 × 20 cells (canvas20)',
  path48: 'the pen’s path as 48 points (path48)',
};

/** @param {Card['gate']} gate */
function gateWords({ accepted, reasons = [] }) {
  const verdict = accepted === undefined ? 'not asked' : accepted ? 'passed' : 'refused';
  return [verdict, ...reasons].join('; ');
}

/** @param {readonly number[]} shares of each digit at full ink */
function recall(shares) {
  const items = shares.map((share, digit) =>
    element('li', {}, element('b', {}, String(digit)), ` ${Math.round(100 * share)} %`),
  );
  return element('ol', { class: 'recall' }, ...items);
}

/** @param {Card} card */
function figures({ family, version, files }) {
  const names = Object.keys(files).filter((name) => name.endsWith('.svg'));
  const images = names.map((name) => {
    const alt = `${name.replace('.svg', '').replaceAll(/[_-]/g, ' ')} of ${family}`;
    return element('img', { src: `/models/${family}/${version}/${name}`, alt, loading: 'lazy' });
  });
  if (images.length === 0) return '';
  return element('details', {}, element('summary', {}, `Figures (${images.length})`), ...images);
}
