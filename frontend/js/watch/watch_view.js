/** Shows predictions: the guess, the bars, the guess timeline, and the names of the models that make them. */

import { byId } from '../ui/dom.js';
import { GuessTimeline } from './guess_timeline.js';
import { ModelNames } from './model_names.js';
import { ModelPicker } from './model_picker.js';
import { Bars, GuessView } from './prediction_view.js';
import { guessOf } from './predictions.js';

/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('./model_selection.js').ModelChoice} ModelChoice */
/** @typedef {import('./served_models.js').ServedModels} ServedModels */
/** @typedef {import('./watching.js').Watching} Watching */

const FINAL_GUESS_MS = 500; // longer than a prediction takes, short enough for who has pressed Done
const LOOK_MS = 20;

export class WatchView {
  #guess = new GuessView();
  #bars = [new Bars(byId('bars', HTMLElement)), new Bars(byId('bars-compared', HTMLElement))];
  #timeline = new GuessTimeline(byId('guess-timeline', SVGSVGElement));
  #names = new ModelNames();
  #picker;
  /** @type {(used: number | null) => void} */ #showUsed;
  /** @type {Watching} */ #watching;
  /** @type {ServedModels} */ #served;
  #shownModels = '';
  /** @type {string | undefined} */ #leadingFamily;
  #frame = 0;

  /**
   * @param {Watching} watching
   * @param {ServedModels} served
   * @param {(choice: ModelChoice) => void} choose
   * @param {(used: number | null) => void} showUsed own drawings behind the latest prediction
   */
  constructor(watching, served, choose, showUsed) {
    this.#showUsed = showUsed;
    this.#watching = watching;
    this.#served = served;
    this.#picker = new ModelPicker(choose);
  }

  /** Another drawing begins. */
  clear() {
    this.#timeline.clear();
    this.showPredictions();
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
    const read = this.#served.chosen.map(({ family }) => this.#watching.latest[family] ?? null);
    this.#bars.forEach((column, i) => column.show(read[i] ?? null));
    this.#guess.show(read[0] ?? null);
    if (read[0]) this.#showUsed(read[0].personal);
  }

  /** Shows which models are served and chosen, and sends the drawing to those that were not asked before. */
  showModels() {
    const { all, chosen, choice } = this.#served;
    this.#names.show(all, chosen);
    this.#picker.show(all, chosen, choice);
    document.body.toggleAttribute('data-compares', chosen.length === 2);
    const shown = JSON.stringify(chosen);
    if (shown === this.#shownModels) return;
    this.#shownModels = shown;
    // The timeline stays when a comparison begins or a newer version of the leading family is served.
    if (chosen[0]?.family !== this.#leadingFamily) this.#timeline.clear();
    this.#leadingFamily = chosen[0]?.family;
    this.#watching.feed(all, choice);
    this.showPredictions();
  }

  /** @param {Prediction} prediction */
  take(prediction) {
    const taken = this.#watching.take(prediction);
    if (!taken) return;
    const leading = prediction.family === this.#served.chosen[0]?.family && guessOf(prediction);
    if (leading) this.#timeline.add({ ink: taken.ink, ...leading });
    // In the next frame: nothing is painted before it, a pen event until then finds the layout done, and the answers of
    // two families are shown together.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.showPredictions();
      this.#timeline.draw();
    });
  }
}
