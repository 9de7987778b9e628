/** Shows predictions: the guess, the bars, the guess timeline, and the names of the models that make them. */

import { byId } from '../ui/dom.js';
import { cutAtInk, inkLength } from '../ink/geometry.js';
import { addMoment, momentAt, storyOf } from './life/drawing_life.js';
import { storyWords } from './life/life_words.js';
import { ModelNames } from './model_choice/model_names.js';
import { ModelPicker } from './model_choice/model_picker.js';
import { calmly } from './motion.js';
import { Bars, GuessView } from './prediction_view.js';
import { guessOf } from './predictions.js';
import { Replay } from './life/replay.js';

/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./life/drawing_life.js').Life} Life */
/** @typedef {import('./life/drawing_life.js').Moment} Moment */
/** @typedef {import('./model_choice/model_selection.js').ModelChoice} ModelChoice */
/** @typedef {import('./model_choice/served_models.js').ServedModels} ServedModels */
/** @typedef {import('./watching.js').Watching} Watching */

const FINAL_GUESS_MS = 500; // longer than a prediction takes, short enough for who has pressed Done
const LOOK_MS = 20;
const CHART_MS = 50;
const EXAMPLES = ['guess', 'bars']; // a screen reader leaves them out while they show the ghost's

export class WatchView {
  #guess = new GuessView();
  #bars = [new Bars(byId('bars', HTMLElement)), new Bars(byId('bars-compared', HTMLElement))];
  #replay = new Replay((ink) => this.#lookBack(ink));
  /** @type {Readonly<Record<string, readonly Moment[]>>} */ #moments = {}; // of the drawing in progress, by family
  /** @type {readonly Stroke[]} */ #strokes = [];
  #penIsDown = false;
  /** @type {Life | null} */ #given = null; // the last drawing that was contributed
  #contributes = false;
  #names = new ModelNames();
  #picker;
  /** @type {(used: number | null) => void} */ #showUsed;
  /** @type {Watching} */ #watching;
  /** @type {ServedModels} */ #served;
  /** @type {(past: readonly Stroke[] | null, whole: readonly Stroke[]) => void} */ #lookAt;
  #shownModels = '';
  #calmly = calmly(CHART_MS);
  #frame = 0;

  /**
   * @param {Watching} watching
   * @param {ServedModels} served
   * @param {(choice: ModelChoice) => void} choose
   * @param {(used: number | null) => void} showUsed own drawings behind the latest prediction
   * @param {(past: readonly Stroke[] | null, whole: readonly Stroke[]) => void} lookAt an earlier state of the drawing on
   *   the canvas; null: the drawing in progress
   */
  constructor(watching, served, choose, showUsed, lookAt) {
    this.#showUsed = showUsed;
    this.#lookAt = lookAt;
    this.#watching = watching;
    this.#served = served;
    this.#picker = new ModelPicker(choose);
  }

  /** Another drawing begins. */
  clear() {
    this.#moments = {};
    this.#strokes = [];
    this.#replay.leave();
    this.showPredictions();
    this.#showLife();
  }

  /** The drawing is about to change: what is looked back at gives way to it. */
  leaveReplay() {
    this.#replay.leave();
  }

  /**
   * The drawing has changed.
   * @param {readonly Stroke[]} strokes
   * @param {boolean} penIsDown
   */
  show(strokes, penIsDown) {
    this.#strokes = strokes;
    this.#penIsDown = penIsDown;
    this.#showLife();
  }

  /**
   * Keeps the life of the drawing in progress, which was just contributed.
   * @param {readonly Stroke[]} strokes
   * @param {number | null} label
   * @returns {number | null} share of the ink from which it was read right; null where it was not
   */
  give(strokes, label) {
    this.#given = this.#lifeOf(strokes, label);
    const story = storyOf(this.#given);
    return story?.right ? story.known : null;
  }

  /** The life of the drawing in progress in words; empty before a digit leads. */
  get story() {
    return storyWords(storyOf(this.#lifeOf(this.#strokes, null)));
  }

  /** @param {boolean} contributes the timeline shows the drawing that was given last, not the one in progress */
  setContributes(contributes) {
    this.#replay.leave();
    this.#contributes = contributes;
    this.#showLife();
  }

  /**
   * The leading model's reading of the drawing as it is now, or the last before it if that takes too long; null without any.
   * @returns {Promise<import('./predictions.js').Guess | null>}
   */
  async finalGuess() {
    const end = performance.now() + FINAL_GUESS_MS;
    while (this.#watching.isWaiting && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const [first] = this.#served.chosen;
    const prediction = first && this.#watching.latest[first.family];
    return prediction ? guessOf(prediction) : null;
  }

  showPredictions() {
    const read = this.#shown();
    this.#bars.forEach((column, i) => column.show(read[i] ?? null));
    this.#guess.show(read[0] ?? null);
    if (read[0]) this.#showUsed(read[0].personal);
  }

  /** @param {readonly number[] | null} probabilities of the ghost's drawing; null: it is gone */
  showExample(probabilities) {
    for (const part of EXAMPLES) byId(part, HTMLElement).toggleAttribute('inert', probabilities !== null);
    this.#guess.showExample(probabilities);
    if (probabilities) this.#bars[0].showExample(probabilities);
    else this.showPredictions();
  }

  /** @returns {readonly (Prediction | null)[]} of each chosen model, now or at the moment that is looked back at */
  #shown() {
    const [ink, life] = [this.#replay.ink, this.#life];
    if (ink === null || !life) return this.#served.chosen.map(({ family }) => this.#watching.latest[family] ?? null);
    return [life.moments, life.compared].map((moments) => momentAt(moments, ink)?.prediction ?? null);
  }

  /** @returns {Life | null} */
  get #life() {
    return this.#contributes ? this.#given : this.#lifeOf(this.#strokes, null);
  }

  /**
   * @param {readonly Stroke[]} strokes
   * @param {number | null} label
   * @returns {Life}
   */
  #lifeOf(strokes, label) {
    const [moments, compared] = this.#served.chosen.map(({ family }) => this.#moments[family] ?? []);
    return { strokes, moments: moments ?? [], compared: compared ?? [], label };
  }

  /** While the pen draws, the chart follows at a slower pace than the bars: it costs more than all of them. */
  #showLife() {
    const resting = this.#contributes || !this.#penIsDown;
    this.#calmly(() => this.#replay.show(this.#life, this.#contributes || !this.#penIsDown), resting);
  }

  /** @param {number | null} ink */
  #lookBack(ink) {
    const strokes = this.#life?.strokes ?? [];
    if (ink === null) this.#lookAt(null, []);
    else this.#lookAt(cutAtInk(strokes, ink / Math.max(inkLength(strokes), 1)), strokes);
    this.showPredictions();
  }

  /** Shows which models are served and chosen, and sends the drawing to those that were not asked before. */
  showModels() {
    const { all, answering, chosen, choice } = this.#served;
    this.#names.show(all, chosen);
    this.#picker.show(answering, chosen, choice);
    document.body.toggleAttribute('data-compares', chosen.length === 2);
    const shown = JSON.stringify(chosen);
    if (shown === this.#shownModels) return;
    this.#shownModels = shown;
    this.#watching.feed(answering, choice);
    this.showPredictions();
    this.#showLife();
  }

  /** @param {Prediction} prediction */
  take(prediction) {
    const taken = this.#watching.take(prediction);
    if (!taken) return;
    const before = this.#moments[prediction.family] ?? [];
    this.#moments = { ...this.#moments, [prediction.family]: addMoment(before, { ink: taken.ink, prediction }, taken.whole) };
    // In the next frame: nothing is painted before it, a pen event until then finds the layout done, and the answers of
    // two families are shown together.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.showPredictions();
      if (!this.#contributes) this.#showLife();
    });
  }
}
