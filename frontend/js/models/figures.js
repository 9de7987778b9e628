/** Shows published SVG figures as a grid; each links to itself at full size. */

import { modelFile } from './cards.js';
import { element } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { familyWords } from '../ui/language/words.js';

/** @typedef {import('./cards.js').Card} Card */
/** @typedef {{readonly src: string, readonly caption: string, readonly alt: string}} Figure */

const OF_A_MODEL = ['accuracy', 'reliability', 'confusion', 'classes'];
const OF_THE_BASELINES = [
  'ink',
  'ink-finished',
  'ink-as-published',
  'confusion-mlp',
  'confusion-svc-100',
  'confusion-svc-500',
  'confusion-logistic',
  'confusion-knn-ours',
  'confusion-softmax-2016-ours',
  'confusion-mlp-ours',
  'confusion-svc-ours',
  'confusion-logistic-ours',
  'counts-svc',
];

/**
 * @param {Pick<Card, 'family' | 'version' | 'files'>} card
 * @returns {readonly Figure[]} the figures that the card lists, or the usual ones if it lists none
 */
export function figuresOf({ family, version, files }) {
  const listed = Object.keys(files).flatMap((name) => (name.endsWith('.svg') ? [name.slice(0, -'.svg'.length)] : []));
  return (listed.length ? listed : OF_A_MODEL).map((name) => {
    const src = modelFile(family, version, `${name}.svg`);
    const plain = name.replaceAll(/[_-]/g, ' ');
    const values = { family: familyWords(family), name: plain };
    if (!OF_A_MODEL.includes(name)) return { src, caption: plain, alt: text('figure.other-alt', values) };
    return { src, caption: text(`figure.${name}`), alt: text(`figure.${name}-alt`, values) };
  });
}

/** @returns {readonly Figure[]} all figures that may exist */
export function figuresOfBaselines() {
  return OF_THE_BASELINES.map((name) => {
    const caption = text(`figure.${name}`);
    const [kind] = name.split('-');
    return { src: `baselines/${name}.svg`, caption, alt: text(KINDS[kind], { caption }) };
  });
}

/** @type {Readonly<Record<string, string>>} */
const KINDS = { confusion: 'figure.is-confusion', counts: 'figure.is-count', ink: 'figure.is-ink' };

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
