/** Assembles the Models view; loaded when it is first opened, and when there is news of a model. */

import { isOfExamples } from '../ui/language/words.js';
import { ModelsView } from './models_view.js';
import { TrainingLoopView } from './training_loop_view.js';

/** @typedef {import('../connection/protocol.js').Counts} Counts */
/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */

export class ModelsPart {
  #models = new ModelsView();
  #loop = new TrainingLoopView();

  /** @param {Trainer | null} trainer */
  showTrainer(trainer) {
    this.#loop.showTrainer(trainer);
  }

  /** @param {readonly Model[]} models best first */
  showModels(models) {
    this.#models.showModels(models.filter(({ family }) => !isOfExamples(family)));
    this.#loop.showModels(models);
  }

  /** @param {Counts} counts */
  showCounts(counts) {
    this.#loop.showCounts(counts);
  }

  /** @param {boolean} visible */
  setVisible(visible) {
    this.#models.setVisible(visible);
    this.#loop.setVisible(visible);
  }
}
