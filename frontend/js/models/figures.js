/** Shows published SVG figures as a grid; each links to itself at full size. */

import { modelFile } from './cards.js';
import { element } from '../ui/dom.js';

/** @typedef {import('./cards.js').Card} Card */
/** @typedef {{readonly src: string, readonly caption: string, readonly alt: string}} Figure */

/** @type {Readonly<Record<string, readonly [caption: string, alt: string]>>} */
const OF_A_MODEL = {
  'accuracy.svg': ['Accuracy by ink', 'share of correct answers against share of ink drawn'],
  'reliability.svg': ['Reliability', 'share of correct answers against predicted probability'],
  'confusion.svg': ['Confusion', 'finished digits drawn against digits guessed'],
  'classes.svg': ['Class counts', 'validation drawings of each digit, and how many it read correctly'],
};
const OF_THE_BASELINES = [
  ['ink', 'Trained on every stage'],
  ['ink-finished', 'Trained on finished digits'],
  ['ink-as-published', 'As published'],
  ['confusion-mlp', 'MLP, its own test'],
  ['confusion-svc-100', 'SVC, 100 images, its own test'],
  ['confusion-svc-500', 'SVC, 500 images, its own test'],
  ['confusion-logistic', 'Logistic regression, its own test'],
  ['confusion-knn-ours', 'Nearest neighbours, on our drawings'],
  ['confusion-softmax-2016-ours', 'Regression of 2016, on our drawings'],
  ['confusion-mlp-ours', 'MLP, on our drawings'],
  ['confusion-svc-ours', 'SVC, on our drawings'],
  ['confusion-logistic-ours', 'Logistic regression, on our drawings'],
  ['counts-svc', 'Images that the SVC was trained on'],
];

/**
 * @param {Pick<Card, 'family' | 'version' | 'files'>} card
 * @returns {readonly Figure[]} the figures that the card lists, or the usual ones if it lists none
 */
export function figuresOf({ family, version, files }) {
  const listed = Object.keys(files).filter((name) => name.endsWith('.svg'));
  return (listed.length ? listed : Object.keys(OF_A_MODEL)).map((name) => {
    const plain = name.replace('.svg', '').replaceAll(/[_-]/g, ' ');
    const [caption, what] = Object.hasOwn(OF_A_MODEL, name) ? OF_A_MODEL[name] : [plain, plain];
    return { src: modelFile(family, version, name), caption, alt: `${family}: ${what}` };
  });
}

/** @returns {readonly Figure[]} all figures that may exist */
export function figuresOfBaselines() {
  return OF_THE_BASELINES.map(([name, caption]) => ({
    src: `baselines/${name}.svg`,
    caption,
    alt: name.startsWith('confusion') ? `${caption}: digits drawn against digits guessed` : caption,
  }));
}

/** @param {readonly Figure[]} figures a missing one leaves no gap */
export function figureGrid(figures) {
  const links = figures.map(({ src, caption, alt }) => {
    const image = element('img', { src, alt, loading: 'lazy', width: '374', height: '245' });
    const link = element('a', { href: src }, image, element('span', {}, caption));
    image.addEventListener('error', () => link.remove());
    return link;
  });
  return element('div', { class: 'figures' }, ...links);
}
