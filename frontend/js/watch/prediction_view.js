/** Shows the guess, its probability and the bars: one for each class, or of many classes those that lead. */

import { byId, element, setText } from '../ui/dom.js';
import { calmly, eased, lasting, partOfTheWay } from './motion.js';
import { guessOf, leadingOf } from './predictions.js';
import { text } from '../ui/language/language.js';
import { className, classCount, isLearning, onSetChange } from '../ui/language/symbols.js';
import { percent } from '../ui/language/words.js';

/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('./predictions.js').Guess} Guess */

const ROWS = 12; // as many bars have room; of more classes the likeliest are shown, and the others as one
const STILL = matchMedia('(prefers-reduced-motion: reduce)');
const SPEAK_MS = 900; // the guess must rest this long before a screen reader announces it
const UNSURE_MS = 200; // a drawing that is no digit for a moment on its way to one shows no sentence

/**
 * Rows of class, bar and share; of digits ten. Bars move by `transform` alone, eased here: an answer at every frame
 * would restart as many CSS transitions, which costs more than everything else.
 */
export class Bars {
  /** @type {HTMLElement} */ #list;
  /** @type {readonly Row[]} */ #rows = [];
  /** @type {readonly number[]} by row */ #wanted = [];
  /** @type {number[]} by row */ #shown = [];
  /** @type {readonly number[]} the class of each row */ #places = [];
  #movedAt = -Infinity;
  #frame = 0;
  #calmly = calmly();

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    this.#build();
    onSetChange(() => this.#build());
  }

  #build() {
    const count = classCount();
    const folds = count > ROWS;
    this.#rows = Array.from({ length: folds ? ROWS : count }, (_, row) => rowOf(folds && row === ROWS - 1));
    this.#list.replaceChildren(...this.#rows.map(({ row }) => row));
    this.#shown = this.#rows.map(() => 0);
    this.show(null);
  }

  /** Assigns classes to rows: all in their order, or the likeliest first. @param {readonly number[] | null} probabilities */
  #assign(probabilities) {
    const places = [...Array(classCount()).keys()];
    if (places.length > ROWS) {
      if (probabilities) places.sort((a, b) => probabilities[b] - probabilities[a]);
      places.length = ROWS - 1;
    }
    this.#places = places;
    places.forEach((place, i) => {
      const { row, name } = this.#rows[i];
      if (row.dataset.digit !== String(place) || name.textContent === '') {
        row.dataset.digit = String(place);
        setText(name, className(place));
        row.title = className(place);
      }
      row.classList.toggle('learning', isLearning(place));
    });
  }

  /** @param {readonly number[] | null} probabilities @returns {readonly number[]} by row */
  #byRow(probabilities) {
    if (!probabilities) return this.#rows.map(() => 0);
    const shares = this.#places.map((place) => probabilities[place]);
    if (this.#rows.length > shares.length) shares.push(Math.max(0, 1 - shares.reduce((sum, share) => sum + share, 0)));
    return shares;
  }

  /**
   * The bars stay where no digit is recognised, but muted: they say which digit it resembles most.
   * @param {Prediction | null} prediction
   */
  show(prediction) {
    const probabilities = prediction && prediction.probabilities;
    const leading = probabilities && leadingOf(probabilities)?.digit;
    this.#list.toggleAttribute('data-unsure', prediction?.unsure === true);
    this.#assign(probabilities);
    this.#wanted = this.#byRow(probabilities);
    this.#rows.forEach(({ row }, i) => {
      row.dataset.probability = probabilities ? String(this.#wanted[i]) : '';
      row.classList.toggle('leading', leading !== undefined && this.#places[i] === leading);
    });
    const write = () => this.#rows.forEach(({ share }, i) => setText(share, this.#shareWords(probabilities, i)));
    this.#calmly(write, probabilities === null);
    this.#move(performance.now());
  }

  /**
   * Bars that are nobody's: no row has a probability, and none leads.
   * @param {readonly number[]} probabilities
   */
  showExample(probabilities) {
    this.#wanted = this.#byRow(probabilities);
    this.#calmly(() => this.#rows.forEach(({ share }, i) => setText(share, this.#shareWords(probabilities, i))), false);
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
   * @param {readonly number[] | null} probabilities
   * @param {number} row
   */
  #shareWords(probabilities, row) {
    if (row < this.#places.length && isLearning(this.#places[row])) return text('set.learning');
    return probabilities ? percent(this.#wanted[row]) : '';
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

/** @typedef {{readonly row: HTMLElement, readonly name: HTMLElement, readonly bar: HTMLElement, readonly share: HTMLElement}} Row */

/** @param {boolean} isRest whether it stands for all classes that have no row @returns {Row} */
function rowOf(isRest) {
  const bar = element('span', { class: 'bar' });
  const share = element('span', { class: 'share' });
  const name = element('bdi', { class: 'digit' }, isRest ? text('set.others', { count: classCount() - ROWS + 1 }) : '');
  const row = element('li', isRest ? { class: 'rest' } : {}, name, element('span', { class: 'track' }, bar), share);
  return { row, name, bar, share };
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
    setText(this.#digit, leading ? className(leading.digit) : '');
    this.#calmly(() => setText(this.#strength, leading ? percent(leading.probability) : ''), leading === null);
    this.#guess.toggleAttribute('data-example', leading !== null);
  }

  /**
   * @param {Guess | null} guess
   * @param {boolean} unsure shows the sentence in place of the digit
   */
  #write(guess, unsure) {
    const known = unsure ? null : guess;
    const name = known ? className(known.digit) : '';
    setText(this.#digit, name);
    this.#digit.style.setProperty('--letters', String(Math.max(1, [...name].length)));
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
  return text(settled ? 'guess.spoken-settled' : 'guess.spoken', { digit: className(digit), percent: Math.round(100 * probability) });
}
