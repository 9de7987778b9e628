/** Shows the models' story: one sentence, one chart, and the timeline of what was learnt. */

import { comparisonChart } from './chart.js';
import { cardLink } from './card_link.js';
import { accuracyAt, chaptersOf } from './story.js';
import { refusalWords, versionStory } from './version_words.js';
import { byId, element } from '../ui/dom.js';
import { date, text } from '../ui/language/language.js';
import { isDigits } from '../ui/language/symbols.js';
import { wholePercent } from '../ui/language/words.js';

/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('./baselines.js').Baseline} Baseline */
/** @typedef {import('./cards.js').Card} Card */
/** @typedef {import('./story.js').Chapter} Chapter */
/** @typedef {import('./version_words.js').Version} Version */

const SEEN = 4; // versions before "Earlier": the view shows its story on a phone without much scrolling
const KINDS = /** @type {const} */ ({ 2013: 'ancestor', 2016: 'ancestor', first: 'ours', now: 'best' });
const NAMES = /** @type {const} */ ({ 2013: 'story.in-2013', 2016: 'story.in-2016', first: 'story.first', now: 'story.now' });

export class StoryView {
  #words = byId('story-words', HTMLElement);
  #chart = byId('story-chart', HTMLElement);
  #versions = byId('versions-list', HTMLElement);
  /** @type {import('./cards.js').Cards} */ #cards;
  #turn = 0;

  /** @param {import('./cards.js').Cards} cards */
  constructor(cards) {
    this.#cards = cards;
  }

  /** @param {readonly Model[]} models served, best first */
  async show(models) {
    const turn = ++this.#turn;
    const [card, rows, versions] = await Promise.all([
      models[0] ? this.#cards.read(models[0]).catch(() => undefined) : undefined,
      /** @type {Promise<readonly Baseline[]>} */ (isDigits ? listOf('baselines') : []), // the earlier projects read digits
      /** @type {Promise<readonly Version[]>} */ (listOf('versions')),
    ]);
    if (turn !== this.#turn) return;
    this.#showStory(chaptersOf(card, rows));
    this.#versions.replaceChildren(...timeline(versions));
  }

  /** @param {readonly Chapter[]} chapters */
  #showStory(chapters) {
    const [half, whole] = [0.5, 1].map((share) => accuracyAt(chapters.find(({ age }) => age === 'now'), share));
    const then = accuracyAt(chapters.find(({ age }) => age === '2016'), 0.5);
    this.#words.textContent = half === null || whole === null ? text('story.none') : sentence(half, whole, then);
    if (chapters.length === 0) return this.#chart.replaceChildren();
    const lines = chapters.map(({ age, ink, accuracy }) => ({ name: text(NAMES[age]), ink, accuracy, kind: KINDS[age] }));
    const spoken = chapters.map((chapter) => `${text(NAMES[chapter.age])}: ${wholePercent(accuracyAt(chapter, 0.5) ?? 0)}`).join(', ');
    const caption = element('figcaption', {}, captionWords(chapters));
    this.#chart.replaceChildren(comparisonChart(lines, text('story.chart', { values: spoken })), caption);
  }
}

/**
 * @param {number} half accuracy at half of the ink
 * @param {number} whole accuracy of finished drawings
 * @param {number | null} then in 2016, at half of the ink
 */
function sentence(half, whole, then) {
  const words = text('story.sentence', { half: Math.round(100 * half), whole: Math.round(100 * whole) });
  return then === null ? words : `${words} ${text('story.then', { half: Math.round(100 * then) })}`;
}

/** @param {readonly Chapter[]} chapters */
function captionWords(chapters) {
  const sets = [...new Set(chapters.map(({ measured }) => measured).filter(Boolean))];
  return text(sets.length > 1 ? 'story.measured-apart' : 'story.measured');
}

/** @param {readonly Version[]} versions newest first */
function timeline(versions) {
  if (versions.length === 0) return [element('li', {}, text('versions.none'))];
  const items = versions.map(versionItem);
  if (items.length <= SEEN + 1) return items;
  const earlier = element('details', {}, element('summary', {}, text('versions.earlier', { count: items.length - SEEN })));
  earlier.append(element('ol', {}, ...items.slice(SEEN)));
  return [...items.slice(0, SEEN), element('li', { class: 'earlier' }, earlier)];
}

/** @param {Version} version */
function versionItem(version) {
  const { family, created_at, accepted, serving, reasons } = version;
  const when = element('time', { datetime: created_at }, date(created_at, { day: 'numeric', month: 'short', year: 'numeric' }));
  const story = element('p', {}, versionStory(version));
  if (serving) story.append(' ', element('b', {}, text('versions.serving')));
  story.append(' ', cardLink(family, version.version));
  const why = accepted ? [] : [element('ul', {}, ...refusalWords(reasons).map((words) => element('li', {}, words)))];
  const state = accepted ? 'accepted' : 'refused';
  return element('li', { 'data-state': state, 'data-version': version.version }, when, story, ...why);
}

/**
 * @param {string} url
 * @returns {Promise<readonly any[]>} empty where the service has none, or does not answer
 */
async function listOf(url) {
  try {
    const answer = await fetch(url);
    const list = answer.ok ? await answer.json() : [];
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
