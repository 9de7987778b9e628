/** Shows the guess, its probability and the ten bars. */

import { byId, element, setText } from '../ui/dom.js';
import { calmly, eased, lasting, partOfTheWay } from './motion.js';
import { guessOf, leadingOf } from './predictions.js';
import { text } from '../ui/language.js';
import { percent } from '../ui/words.js';

/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('./predictions.js').Guess} Guess */

const UNKNOWN = Array(10).fill(0);
const STILL = matchMedia('(prefers-reduced-motion: reduce)');
const SPEAK_MS = 900; // the guess must rest this long before a screen reader announces it
const UNSURE_MS = 200; // a drawing that is no digit for a moment on its way to one shows no sentence

/**
 * Ten rows: digit, bar, share. Bars move by `transform` alone, eased here: an answer at every frame would restart
 * ten CSS transitions, which costs more than everything else.
 */
export class Bars {
  /** @type {HTMLElement} */ #list;
  /** @type {readonly {row: HTMLElement, bar: HTMLElement, share: HTMLElement}[]} */ #rows;
  /** @type {readonly number[]} */ #wanted = UNKNOWN;
  #shown = Array(10).fill(0);
  #movedAt = -Infinity;
  #frame = 0;
  #calmly = calmly();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    this.#rows = Array.from({ length: 10 }, (_, digit) => {
      const bar = element('span', { class: 'bar' });
      const share = element('span', { class: 'share' });
      const track = element('span', { class: 'track' }, bar);
      const row = element('li', { 'data-digit': String(digit) }, element('span', { class: 'digit' }, `${digit}`), track, share);
      list.append(row);
      return { row, bar, share };
    });
    this.show(null);
  }

  /**
   * The bars stay where no digit is recognised, but muted: they say which digit it resembles most.
   * @param {Prediction | null} prediction
   */
  show(prediction) {
    const probabilities = prediction && prediction.probabilities;
    const leading = probabilities && leadingOf(probabilities)?.digit;
    this.#list.toggleAttribute('data-unsure', prediction?.unsure === true);
    this.#wanted = probabilities ?? UNKNOWN;
    this.#rows.forEach(({ row }, digit) => {
      row.dataset.probability = probabilities ? String(probabilities[digit]) : '';
      row.classList.toggle('leading', digit === leading);
    });
    const write = () => this.#rows.forEach(({ share }, digit) => setText(share, shareOf(probabilities, digit)));
    this.#calmly(write, probabilities === null);
    this.#move(performance.now());
  }

  /**
   * Bars that are nobody's: no row has a probability, and none leads.
   * @param {readonly number[]} probabilities
   */
  showExample(probabilities) {
    this.#wanted = probabilities;
    this.#calmly(() => this.#rows.forEach(({ share }, digit) => setText(share, shareOf(probabilities, digit))), false);
    this.#move(performance.now());
  }

  /**
   * Moves the bars nearer to what they are to show, frame by frame until they are there.
   * @param {number} now ms
   */
  #move(now) {
    const nearer = STILL.matches ? 1 : partOfTheWay(now - this.#movedAt);
    this.#movedAt = now;
    this.#shown.forEach((shown, digit) => {
      if (shown !== this.#wanted[digit]) this.#stretch(digit, eased(shown, this.#wanted[digit], nearer));
    });
    cancelAnimationFrame(this.#frame);
    const there = this.#shown.every((shown, digit) => shown === this.#wanted[digit]);
    this.#frame = there ? 0 : requestAnimationFrame((next) => this.#move(next));
  }

  /**
   * @param {number} digit
   * @param {number} share
   */
  #stretch(digit, share) {
    this.#shown[digit] = share;
    this.#rows[digit].bar.style.transform = `scaleX(${share})`;
  }
}

/** The leading digit, very large; its tone is its strength. In its place a sentence where the drawing is no digit. */
export class GuessView {
  #guess = byId('guess', HTMLElement);
  #digit = byId('guess-digit', HTMLElement);
  #strength = byId('guess-strength', HTMLElement);
  #settled = byId('guess-settled', HTMLElement);
  #unsure = byId('guess-unsure', HTMLElement);
  #announcement = byId('announcement', HTMLElement);
  #calmly = calmly();
  #unsureLasts = lasting(UNSURE_MS);
  #timer = 0;
  /** @type {Guess | null} */ #latest = null;

  /** @param {Prediction | null} prediction */
  show(prediction) {
    this.#latest = prediction && guessOf(prediction);
    this.#write(this.#latest, this.#unsureLasts(this.#latest?.unsure === true, () => this.#write(this.#latest, true)));
    this.#speakLater(this.#latest);
  }

  /**
   * Shows the leading digit of an example; nobody has drawn it, and nothing is announced.
   * @param {readonly number[] | null} probabilities null: no example
   */
  showExample(probabilities) {
    const leading = probabilities && leadingOf(probabilities);
    setText(this.#digit, leading ? String(leading.digit) : '');
    this.#calmly(() => setText(this.#strength, leading ? percent(leading.probability) : ''), leading === null);
    this.#guess.toggleAttribute('data-example', leading !== null);
  }

  /**
   * @param {Guess | null} guess
   * @param {boolean} unsure shows the sentence in place of the digit
   */
  #write(guess, unsure) {
    const known = unsure ? null : guess;
    setText(this.#digit, known ? String(known.digit) : '');
    setText(this.#unsure, unsure ? text('guess.no-digit') : '');
    this.#calmly(() => {
      setText(this.#strength, known ? percent(known.probability) : '');
      setText(this.#settled, known?.settled ? text('guess.settled') : '');
    }, known === null);
    this.#guess.toggleAttribute('data-unsure', unsure);
    this.#guess.dataset.digit = guess ? String(guess.digit) : '';
    // Under 0.3 no digit leads by much; the tone runs from there to sure.
    this.#digit.style.setProperty('--sureness', String(guess ? Math.min(Math.max((guess.probability - 0.2) / 0.75, 0), 1) : 1));
  }

  /** @param {Guess | null} guess */
  #speakLater(guess) {
    clearTimeout(this.#timer);
    if (!guess) return;
    const words = spoken(guess);
    this.#timer = setTimeout(() => (this.#announcement.textContent = words), SPEAK_MS);
  }
}

/** @param {Guess} guess */
function spoken({ digit, probability, unsure, settled }) {
  if (unsure) return text('guess.no-digit');
  return text(settled ? 'guess.spoken-settled' : 'guess.spoken', { digit: String(digit), percent: Math.round(100 * probability) });
}

/**
 * @param {readonly number[] | null} probabilities
 * @param {number} digit
 */
function shareOf(probabilities, digit) {
  return probabilities ? percent(probabilities[digit]) : '';
}
