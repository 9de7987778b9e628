/** Shows the digit to draw, the number of contributions, and why a drawing can't be sent. */

import { byId, setText } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { ClassExample } from './prompt/class_example.js';
import { RecentStrip } from './given/recent_strip.js';
import { settingsLast } from '../ui/storage/local_settings.js';
import { classPrompt, isDigits } from '../ui/language/symbols.js';
import { aDigit, countWords } from '../ui/language/words.js';

/** @typedef {Pick<import('./contributing.js').Contributing, 'asked' | 'counts' | 'given' | 'lasting'>} Shown */

export class ContributeView {
  #settingsLast = settingsLast();
  #asked = byId('asked', HTMLElement);
  #digit = byId('asked-digit', HTMLElement);
  #words = byId('asked-words', HTMLElement);
  #invitation = byId('invitation-words', HTMLElement);
  #counts = byId('counts', HTMLElement);
  #storageNote = byId('storage-note', HTMLElement);
  #objection = byId('objection', HTMLElement);
  #kept = new RecentStrip();
  #example = new ClassExample();

  /**
   * @param {Shown} contributing
   * @param {boolean} asking whether the visitor contributes now
   */
  show({ asked, counts, given, lasting }, asking) {
    const task = asked === null ? '' : classPrompt(asked);
    setText(this.#digit, task);
    this.#asked.dataset.digit = asked === null ? '' : String(asked);
    setText(this.#words, isDigits ? text(asked === 8 ? 'draw.ask-8' : 'draw.ask') : text('set.ask'));
    const what = asking && asked !== null ? (isDigits ? aDigit(asked) : task) : null;
    setText(this.#invitation, what === null ? text('draw.any') : text('draw.task', { what }));
    this.#example.show(asking ? asked : null);
    setText(this.#counts, countWords(counts));
    const unstored = lasting ? (this.#settingsLast ? '' : text('storage.no-consent')) : text('storage.no-drawings');
    setText(this.#storageNote, [counts.trouble ?? '', unstored].filter((words) => words !== '').join(' '));
    this.#kept.show(given);
  }

  /** @param {string} words why a control did nothing */
  object(words) {
    setText(this.#objection, words);
  }
}
