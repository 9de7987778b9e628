/** Shows the training loop: what was collected, the next training and the last results. */

import { classCount, className, onSetChange } from '../ui/language/symbols.js';
import { cardLink } from './card_link.js';
import { byId, element, setText } from '../ui/dom.js';
import { leftOutWords, championNews, collectedWords, outcomesOf, reasonWords, trainerNews } from './training_loop.js';
import { date, text } from '../ui/language/language.js';
import { whenWords } from '../my_drawings/my_drawings_words.js';
import { familyWords, modelWords } from '../ui/language/words.js';
import { trainerWords } from './trainer_words.js';
import { partCollected } from '../watch/loop_summary.js';

/** @typedef {import('./training_loop.js').Outcome} Outcome */
/** @typedef {import('../connection/protocol.js').Counts} Counts */
/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */

const NEWS_KEPT = 8;
const COLUMNS = 20;
const COUNTS_URL = 'model';

export class TrainingLoopView {
  #part = byId('training-part', HTMLElement);
  #trainerWords = byId('trainer', HTMLElement);
  #aside = byId('left-out', HTMLElement);
  #outcomes = byId('outcomes', HTMLElement);
  #news = byId('news', HTMLElement);
  #collected = byId('collected', HTMLElement);
  /** @type {readonly ReturnType<typeof digitColumn>[]} */ #digits = [];
  /** @type {Trainer | null} */ #trainer = null;
  /** @type {readonly Model[]} */ #models = [];
  #visible = false;

  constructor() {
    this.#build();
    onSetChange(() => this.#build());
  }

  /** One column for each class; more than have room would tell nothing. */
  #build() {
    this.#digits = Array.from({ length: Math.min(classCount(), COLUMNS) }, (_, place) => digitColumn(place));
    byId('by-label', HTMLElement).replaceChildren(...this.#digits.map(({ column }) => column));
  }

  /** @param {Trainer | null} trainer */
  showTrainer(trainer) {
    this.#announce(trainerNews(this.#trainer, trainer));
    this.#trainer = trainer;
    setText(this.#trainerWords, `${trainerWords(trainer)}.`);
    this.#trainerWords.dataset.state = trainer?.state ?? '';
    setText(this.#aside, leftOutWords(trainer));
    this.#part.style.transform = `scaleX(${partCollected(trainer)})`;
    this.#outcomes.replaceChildren(...outcomeItems(trainer));
    if (this.#visible) void this.#readCounts();
  }

  /** @param {readonly Model[]} models */
  showModels(models) {
    this.#announce(championNews(this.#models, models));
    this.#models = models;
  }

  /** @param {Counts} counts */
  showCounts({ total, by_label }) {
    setText(this.#collected, collectedWords(total));
    const most = Math.max(...by_label, 1);
    this.#digits.forEach(({ bar, count }, digit) => {
      bar.style.transform = `scaleY(${(by_label[digit] ?? 0) / most})`;
      setText(count, String(by_label[digit] ?? 0));
    });
  }

  /** @param {boolean} visible the counts are read while the view is shown */
  setVisible(visible) {
    this.#visible = visible;
    if (visible) void this.#readCounts();
  }

  async #readCounts() {
    try {
      const answer = await fetch(COUNTS_URL);
      if (answer.ok) this.showCounts((await answer.json()).contributions);
    } catch {
      // No connection: the state line shows that, and the last counts stay.
    }
  }

  /** @param {readonly string[]} news */
  #announce(news) {
    const time = date(Date.now(), { timeStyle: 'medium' });
    for (const words of news) this.#news.prepend(element('li', {}, element('time', {}, time), ` ${words}`));
    while (this.#news.children.length > NEWS_KEPT) this.#news.lastElementChild?.remove();
  }
}

/** @param {number} digit */
function digitColumn(digit) {
  const bar = element('span', { class: 'bar' });
  const count = element('span', { class: 'count' });
  const track = element('span', { class: 'track' }, bar);
  const column = element('li', {}, count, track, element('bdi', { class: 'digit' }, className(digit)));
  column.title = className(digit);
  return { column, bar, count };
}

/** @param {Trainer | null} trainer */
function outcomeItems(trainer) {
  const outcomes = outcomesOf(trainer);
  if (!outcomes.length) return [element('li', {}, element('p', {}, text('loop.none-finished')))];
  return outcomes.map((outcome) => element('li', {}, ...outcomeParts(outcome)));
}

/** @param {Outcome} outcome */
function outcomeParts({ state, family, version, reasons = [], at }) {
  const name = family && version ? modelWords({ family, model: version }) : family ? familyWords(family) : text('loop.a-model');
  const card = family && version ? [' ', cardLink(family, version)] : [];
  const [before, after] = text(state === 'published' ? 'loop.went-better' : 'loop.went-worse').split('{model}');
  const why = reasons.length ? reasons : state === 'refused' ? [text('loop.no-reason')] : [];
  const list = element('ul', {}, ...why.map((reason) => element('li', {}, reasonWords(reason))));
  return [element('p', {}, at ? `${whenWords(at)}: ` : '', before, name, after, ...card), ...(why.length ? [list] : [])];
}
