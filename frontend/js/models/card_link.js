/** Links to the card of a published version: a file for programs, which the browser saves rather than shows. */

import { modelFile } from './cards.js';
import { element } from '../ui/dom.js';
import { text } from '../ui/language/language.js';

/**
 * @param {string} family
 * @param {string} version
 */
export function cardLink(family, version) {
  const href = modelFile(family, version, 'card.json');
  return element('a', { href, download: `${family}-${version}.json` }, text('versions.card'));
}
