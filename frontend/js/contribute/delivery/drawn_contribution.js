/** Makes a contribution of a finished drawing, with its samples. */

import { encodeTimes, PEN_WIDTH, SIDE } from '../../ink/geometry.js';
import { makeSamples } from '../../ink/snapshots/samples.js';
import { thinStrokes } from '../../ink/snapshots/thinning.js';
import { isDigits, setId } from '../../ui/language/symbols.js';

/** @typedef {import('../../connection/protocol.js').Contribution} Contribution */
/** @typedef {import('../../connection/protocol.js').Limits} Limits */
/**
 * @typedef {object} Drawn
 * @property {string} id
 * @property {import('../../ui/language/symbols.js').Label} label
 * @property {string} contributor
 * @property {string} consent the version that was agreed to
 * @property {import('../../ink/pen/pen.js').Pointer} pointer
 * @property {boolean} confirmed the visitor confirmed a label that the model doubts
 * @property {number | null} probability with which the label was asked for; null where the page did not choose it
 * @property {readonly import('../../ink/geometry.js').Stroke[]} strokes
 */

/**
 * @param {Drawn} drawn
 * @param {Limits} limits
 * @param {import('../../ink/snapshots/samples.js').Printer} printer
 * @returns {Promise<Contribution>}
 */
export async function makeContribution({ id, label, contributor, consent, pointer, confirmed, probability, strokes }, limits, printer) {
  // Before the samples are made: they show the strokes that are sent.
  const thinned = thinStrokes(strokes, limits.points_max);
  const samples = await makeSamples(thinned, limits, printer);
  return {
    id,
    label,
    ...(isDigits ? {} : { set: setId }),
    contributor,
    consent,
    width: SIDE,
    height: SIDE,
    pen_width: PEN_WIDTH,
    pointer,
    ...(confirmed ? { confirmed } : {}),
    ...(probability === null ? {} : { prompt_probability: Math.round(10_000 * probability) / 10_000 }),
    strokes: encodeTimes(thinned),
    samples,
  };
}
