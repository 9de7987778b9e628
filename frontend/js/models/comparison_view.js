/** Shows the baselines and the served families as a chart and a table. */

import { ancestorsOf, bySource, comparisonSet, familyRow, linesOf, sourceWords } from './baselines.js';
import { comparisonChart } from './chart.js';
import { byId, element } from '../ui/dom.js';
import { number, text } from '../ui/language/language.js';
import { figureGrid, figuresOfBaselines } from './figures.js';

/** @typedef {import('./baselines.js').Baseline} Baseline */
/** @typedef {import('../connection/protocol.js').Model} Model */

const TABLE_URL = 'baselines';
const HEADINGS = ['compare.classifier', 'compare.published', 'compare.reproduced', 'compare.half', 'compare.finished', 'compare.mean'];

class NoComparison extends Error {}

export class ComparisonView {
  #place = byId('comparison-body', HTMLElement);
  #turn = 0;
  /** @type {Promise<readonly Baseline[]> | null} */ #rows = null;
  /** @type {import('./cards.js').Cards} */ #cards;

  /** @param {import('./cards.js').Cards} cards */
  constructor(cards) {
    this.#cards = cards;
  }

  /** @param {readonly Model[]} models served, best first */
  async show(models) {
    const turn = ++this.#turn;
    this.#rows ??= readRows();
    const reading = models.map((model) => this.#cards.read(model));
    try {
      const [rows, cards] = await Promise.all([this.#rows, Promise.all(reading)]);
      const set = comparisonSet(rows, cards);
      const families = cards.map((card) => familyRow(card, set));
      if (turn === this.#turn) this.#place.replaceChildren(...parts(ancestorsOf(rows), families, text('compare.caption', { set })));
    } catch (error) {
      this.#rows = null;
      if (turn === this.#turn) this.#place.replaceChildren(element('p', {}, error instanceof NoComparison ? text('compare.none') : text('compare.failed', { error: String(error instanceof Error ? error.message : error) })));
    }
  }
}

/** @returns {Promise<readonly Baseline[]>} */
async function readRows() {
  const answer = await fetch(TABLE_URL);
  if (answer.status === 404) throw new NoComparison('no comparison with earlier projects is stored');
  if (!answer.ok) throw new Error(text('mine.answered', { status: String(answer.status) }));
  return answer.json();
}

/**
 * @param {readonly Baseline[]} ancestors
 * @param {readonly Baseline[]} families best first
 * @param {string} caption
 */
function parts(ancestors, families, caption) {
  const lines = linesOf(ancestors, families);
  const chart = element('figure', {}, ...(lines.length ? [comparisonChart(lines)] : []));
  chart.append(element('figcaption', {}, caption));
  const figures = element('details', {}, element('summary', {}, text('compare.figures')), figureGrid(figuresOfBaselines()));
  return [chart, table(ancestors, families), figures];
}

/**
 * @param {readonly Baseline[]} ancestors
 * @param {readonly Baseline[]} families
 */
function table(ancestors, families) {
  const headings = HEADINGS.map((key) => element('th', { scope: 'col' }, text(key)));
  const head = element('thead', {}, element('tr', {}, ...headings));
  const ours = families.map((row, place) => tableRow(row, undefined, place === 0 ? 'best' : 'ours'));
  const groups = bySource(ancestors).map((rows) => group(rows[0], rows.map((row, i) => tableRow(row, rows[i - 1]?.name))));
  if (families.length) groups.push(group(families[0], ours.reverse()));
  return element('table', {}, head, ...groups);
}

/**
 * @param {Baseline} first
 * @param {readonly HTMLElement[]} rows
 */
function group({ source, year }, rows) {
  const title = element('th', { scope: 'rowgroup', colspan: String(HEADINGS.length) }, sourceWords(source, year));
  return element('tbody', {}, element('tr', { class: 'source' }, title), ...rows);
}

/**
 * @param {Baseline} row
 * @param {string | undefined} above the name in the row above, which is not repeated
 * @param {string} [kind]
 */
function tableRow({ name, trained_on, claimed, came_out, at_50, at_100, mean, note = '' }, above, kind = '') {
  const shares = [claimed, came_out, at_50, at_100, mean].map((share) => element('td', {}, shareWords(share)));
  const called = element('span', name === above ? { class: 'again' } : {}, name);
  const title = element('th', { scope: 'row', title: note }, called, ' ', element('small', {}, trained_on));
  return element('tr', { class: kind }, title, ...shares);
}

/** @param {number | null} share the unit is in the column's heading */
function shareWords(share) {
  return share === null ? '–' : number(100 * share, 1);
}
