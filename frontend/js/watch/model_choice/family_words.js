/** Describes the input of each family: briefly for a menu, in a sentence for its card. */

import { hasText, text } from '../../ui/language/language.js';

/** @param {string} family */
export function menuWords(family) {
  const key = `family.${family}-menu`;
  return hasText(key) ? text(key) : text('family.other', { family });
}

/**
 * @param {string} family
 * @returns {string} empty for one that is newer than this page
 */
export function familySentence(family) {
  const key = `models.sentence-${family}`;
  return hasText(key) ? text(key) : '';
}
