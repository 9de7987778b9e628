/** Says why a drawing can't be contributed. */

import { inkLength } from '../ink/geometry.js';
import { text } from '../ui/language/language.js';
import { aDigit } from '../ui/language/words.js';

const LEAST_INK = 60; // px: shorter than any digit: a slip of the pen

/**
 * The reason in words, or null.
 * @param {readonly import('../ink/geometry.js').Stroke[]} strokes
 * @param {number | null} asked the place of what is asked for
 * @param {{readonly strokes_max: number} | null} limits of the service; null before it has answered
 */
export function objectionTo(strokes, asked, limits) {
  if (!limits || asked === null) return text('objection.not-ready');
  if (strokes.length === 0) return text('objection.first', { what: aDigit(asked) });
  if (inkLength(strokes) < LEAST_INK) return text('objection.too-little', { what: aDigit(asked) });
  if (strokes.length > limits.strokes_max) return text('objection.too-many', { count: strokes.length, most: limits.strokes_max });
  return null;
}
