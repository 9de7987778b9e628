/** The page's texts in English, or another language: import it before the modules that are tested. */

import { readFileSync } from 'node:fs';

import { useCatalogue } from '../../frontend/js/ui/language/language.js';

export const MESSAGES = JSON.parse(readFileSync(new URL('../../frontend/messages.json', import.meta.url), 'utf8'));

export function speak(language) {
  const texts = Object.fromEntries(Object.entries(MESSAGES).map(([key, translations]) => [key, translations[language]]));
  useCatalogue({ language, languages: MESSAGES['language.name'], texts });
}

speak('en');
