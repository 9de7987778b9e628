/** Describes what the trainer does, and the result of its last training. */

import { text } from '../ui/language/language.js';
import { familyWords, modelWords, nextTraining } from '../ui/language/words.js';

/** @param {import('../connection/protocol.js').Trainer | null} trainer */
export function trainerWords(trainer) {
  if (!trainer) return text('loop.trainer-silent');
  const { state, new_drawings, family, version } = trainer;
  switch (state) {
    case 'waiting':
      return nextTraining(trainer);
    case 'training':
      return text('trainer.training', { count: new_drawings });
    case 'published':
      if (!family) return nextTraining(trainer);
      return text('loop.trainer-published', { model: version ? modelWords({ family, model: version }) : familyWords(family), next: nextTraining(trainer) });
    case 'refused':
      return text('loop.trainer-refused', { next: nextTraining(trainer) });
  }
}
