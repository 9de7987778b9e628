/** The view that says what Midstroke is: how it works in five pictures, privacy, licences, source. */

import { element } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { PICTURES } from './pictures.js';

// As their authors name them: the same in every language.
const COLLECTIONS = [
  ['Pen-Based Recognition of Handwritten Digits', 'E. Alpaydin, F. Alimoglu, 1998, UCI, doi 10.24432/C5MG6K', 'CC BY 4.0'],
  ['UNIPEN train_r01_v07', 'Zenodo 1195803', 'CC BY 4.0'],
  ['UJI Pen Characters 2', 'D. Llorens and others, 2008, UCI 177', 'CC BY 4.0'],
  ['handwritten-digits-corpus', 'skahl', 'Apache-2.0'],
  ['NumberPad', 'bridger', 'Apache-2.0'],
  ['LipiTk', '', 'MIT'],
  ['Example gestures of two Android apps', '', 'MIT, Apache-2.0'],
];

/** Fills the view. @param {HTMLElement} place */
export function showAbout(place) {
  place.replaceChildren(...parts());
}

function parts() {
  return [
    element('h2', { id: 'about-title' }, text('about.title')),
    element('p', { class: 'intro' }, text('about.what')),
    part('about.how', howItWorks()),
    part(
      'about.privacy',
      paragraph('about.privacy-watch'),
      paragraph('about.privacy-give'),
      element('p', {}, element('a', { href: '#my-drawings' }, text('about.privacy-mine'))),
    ),
    part('about.licence', paragraph('about.licence-drawings'), paragraph('about.licence-models'), collections()),
    part('about.source', paragraph('about.source-with'), element('p', {}, element('a', { href: 'docs' }, text('about.source-calls')))),
  ];
}

/**
 * @param {string} title its key
 * @param {...Node} content
 */
function part(title, ...content) {
  return element('section', {}, element('h3', {}, text(title)), ...content);
}

/** @param {string} key */
function paragraph(key) {
  return element('p', {}, text(key));
}

function howItWorks() {
  const sentences = ['about.how-points', 'about.how-guess', 'about.how-time', 'about.how-give', 'about.how-learn'];
  return element('ol', { class: 'steps' }, ...sentences.map((key, i) => element('li', {}, PICTURES[i](), element('p', {}, text(key)))));
}

function collections() {
  const items = COLLECTIONS.map(([name, by, licence]) =>
    element('li', { lang: 'en' }, `${name}${by && ` (${by})`}, ${licence}`),
  );
  return element('ul', {}, ...items);
}
