/** The menu of the page's languages. */

import { element, setText } from '../dom.js';
import { currentLanguage, languageNames, switchLanguage, text } from './language.js';

/**
 * @param {HTMLSelectElement} menu
 * @param {HTMLElement} words says why the language could not be changed
 */
export function showLanguages(menu, words) {
  menu.replaceChildren(...Object.entries(languageNames()).map(([code, name]) => element('option', { value: code, lang: code }, name)));
  menu.value = currentLanguage();
  menu.addEventListener('change', async () => {
    setText(words, '');
    if (await switchLanguage(menu.value)) return;
    menu.value = currentLanguage();
    setText(words, text('language.unreachable'));
  });
}
