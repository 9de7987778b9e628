/** Describes the input of each family: briefly for a menu, in a sentence for its card. */

/** @type {Readonly<Record<string, {readonly brief: string, readonly sentence: string}>>} */
const FAMILIES = {
  path: {
    brief: 'the pen’s path',
    sentence: 'Follows the pen: 48 points along its path, in the order in which they were drawn.',
  },
  cnn: {
    brief: 'the ink as a picture',
    sentence: 'Looks at the ink as a picture of 20 × 20 cells, and at its place on the sheet, in several layers.',
  },
  softmax: {
    brief: 'lines and bends of the ink',
    sentence: 'Measures lines, bends and places in the same 20 × 20 cells by fixed formulas, and weighs them once.',
  },
  original: {
    brief: 'the whole sheet, as in 2016',
    sentence: 'Weighs 20 × 20 cells of the whole sheet, each by itself: the regression of 2016.',
  },
};

/** @param {string} family */
export function menuWords(family) {
  const known = Object.hasOwn(FAMILIES, family) ? FAMILIES[family] : null;
  return known ? `${family}: ${known.brief}` : family;
}

/**
 * @param {string} family
 * @returns {string} empty for one that is newer than this page
 */
export function familySentence(family) {
  return Object.hasOwn(FAMILIES, family) ? FAMILIES[family].sentence : '';
}
