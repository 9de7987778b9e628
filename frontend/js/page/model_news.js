/** Shows news of models and training in the line beside the canvas, and in Models, which is loaded when there is any. */

import { Part } from '../ui/part.js';
import { LoopSummary } from '../watch/loop_summary.js';

/** @typedef {import('../connection/protocol.js').Counts} Counts */
/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */

export class ModelNews {
  #summary = new LoopSummary();
  #part = new Part(
    'models',
    async () => {
      const { ModelsPart } = await import('../models/models_part.js');
      return () => new ModelsPart();
    },
    (part) => this.#counts && part.showCounts(this.#counts),
  );
  /** @type {{readonly all: readonly Model[]}} */ #served;
  /** @type {Trainer | null} */ #trainer = null;
  /** @type {Counts | null} */ #counts = null;
  #isVisible = false;

  /** @param {{readonly all: readonly Model[]}} served */
  constructor(served) {
    this.#served = served;
  }

  get isTraining() {
    return this.#trainer?.state === 'training';
  }

  /** Loads Models, for a time without a connection. */
  prepare() {
    return this.#part.prepare();
  }

  /** @param {boolean} isVisible whether Models is the view that is open */
  setVisible(isVisible) {
    this.#isVisible = isVisible;
    this.#part.here?.setVisible(false);
    if (!isVisible) return;
    this.#part.open((part) => {
      part.showTrainer(this.#trainer);
      part.showModels(this.#served.all);
      part.setVisible(this.#isVisible);
    });
  }

  /** @param {Counts} counts of contributions */
  showCounts(counts) {
    this.#counts = counts;
    this.#part.here?.showCounts(counts);
  }

  showModels() {
    this.#part.here?.showModels(this.#served.all);
  }

  /** @param {readonly Model[]} models that are served from now on */
  announceModels(models) {
    const before = this.#served.all;
    this.#part.use((part) => {
      part.showModels(before);
      part.showModels(models);
    });
  }

  /** @param {Trainer | null} trainer */
  showTrainer(trainer) {
    this.#trainer = trainer;
    this.#summary.show(trainer);
    this.#part.here?.showTrainer(trainer);
  }

  /** @param {Trainer} trainer what it does from now on */
  announceTrainer(trainer) {
    const before = this.#trainer;
    if (before?.state === trainer.state && before.version === trainer.version) return;
    this.#part.use((part) => {
      part.showTrainer(before);
      part.showTrainer(trainer);
    });
  }
}
