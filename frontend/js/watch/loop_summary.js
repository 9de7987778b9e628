/** Shows the training loop in one line beside the canvas. */

import { byId, setText } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { nextTraining } from '../ui/language/words.js';

/** @typedef {import('../connection/protocol.js').Trainer} Trainer */

export class LoopSummary {
  #line = byId('loop-line', HTMLElement);
  #part = byId('loop-part', HTMLElement);

  /** @param {Trainer | null} trainer */
  show(trainer) {
    setText(this.#line, lineWords(trainer));
    this.#part.style.transform = `scaleX(${partCollected(trainer)})`;
  }
}

/**
 * One line beside the canvas.
 * @param {Trainer | null} trainer
 */
export function lineWords(trainer) {
  switch (trainer?.state) {
    case undefined:
      return '';
    case 'published':
      return text('trainer.line-published');
    case 'refused':
      return text('trainer.line-refused');
    case 'training':
      return text('trainer.training', { count: trainer.new_drawings });
    case 'waiting':
      return nextTraining(trainer);
  }
}

/**
 * The share of the new drawings that start a training, 0 to 1.
 * @param {Trainer | null} trainer
 */
export function partCollected(trainer) {
  if (!trainer) return 0;
  return trainer.state === 'training' ? 1 : Math.min(trainer.new_drawings / Math.max(trainer.needed, 1), 1);
}
