/** Describes in words how answers use the visitor's own drawings. No elements. */

import { text } from '../../ui/language/language.js';
import { classCount } from '../../ui/language/symbols.js';
import { wholePercent } from '../../ui/language/words.js';

/** @typedef {import('../../connection/protocol.js').PersonalState} PersonalState */
/** @typedef {import('../../watch/personal.js').Personal} Personal */

const LEAST_READ = 5; // drawings: fewer say nothing about a gain

/**
 * The line beside the prediction; empty where there is nothing to say.
 * @param {Personal} personal
 * @param {number} used own drawings behind the latest prediction
 */
export function personalWords(personal, used) {
  if (personal.isSomeoneElse) return text('personal.not-used-other');
  if (!personal.isOn) return text('personal.not-used');
  return used > 0 ? text('personal.used', { count: used }) : '';
}

/**
 * What the drawings gain, once there is one of each digit; empty before.
 * @param {PersonalState | null} state
 */
export function gainWords(state) {
  const gain = state?.gain;
  if (!gain || state.digits < classCount() || gain.drawings < LEAST_READ) return '';
  const points = Math.round(100 * (gain.personal - gain.plain));
  if (points === 0) return text('personal.no-gain');
  return text(points > 0 ? 'personal.better' : 'personal.worse', { count: Math.abs(points) });
}

/**
 * How the gain was measured.
 * @param {PersonalState | null} state
 */
export function gainDetails(state) {
  const gain = state?.gain;
  if (!gain) return '';
  return text('personal.measured', { count: gain.drawings, plain: wholePercent(gain.plain), personal: wholePercent(gain.personal) });
}
