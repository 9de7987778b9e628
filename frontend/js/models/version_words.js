/** Describes the result of a training in plain words. Pure functions. */

import { text } from '../ui/language/language.js';
import { familyWords, percent, whole } from '../ui/language/words.js';

/**
 * @typedef {object} Version as `GET /versions` lists it
 * @property {string} family
 * @property {string} version
 * @property {string} created_at
 * @property {boolean} accepted
 * @property {boolean} serving
 * @property {readonly string[]} reasons
 * @property {number} drawings
 * @property {number | null} new_drawings
 * @property {number} mean
 * @property {string | null} replaces
 * @property {number | null} mean_before
 */

/** The figures that the gate compares, by the words of its reasons (`training/evaluation/gate.py`). */
const COMPARED = /** @type {const} */ ([
  [/^all stages together$/, 'versions.of-all'],
  [/^drawings early/, 'versions.of-early'],
  [/^drawings halfway/, 'versions.of-halfway'],
  [/^drawings late/, 'versions.of-late'],
  [/^the new drawings$/, 'versions.of-new'],
  [/^finished drawings$/, 'versions.of-finished'],
  [/placed anywhere/, 'versions.of-anywhere'],
  [/reference drawings/, 'versions.of-reference'],
]);

/** @param {Version} version */
export function versionStory(version) {
  const { family, accepted, drawings, new_drawings, mean, mean_before, replaces } = version;
  const named = { model: familyWords(family) };
  if (!accepted) return text('versions.refused', named);
  if (replaces === null) return text('versions.first', { ...named, drawings: whole(drawings), share: percent(mean) });
  const learnt = new_drawings === null ? '' : text('versions.learnt', { count: new_drawings });
  if (mean_before === null) return [text('versions.accepted', { ...named, share: percent(mean) }), learnt].filter(Boolean).join(' ');
  const better = text('versions.better', { ...named, before: percent(mean_before), share: percent(mean) });
  return [better, learnt].filter(Boolean).join(' ');
}

/**
 * Why the gate refused a version, each reason a sentence; what passed is left out.
 * @param {readonly string[]} reasons
 */
export function refusalWords(reasons) {
  const failed = reasons.filter((reason) => !/^pass(es|ed)\b/i.test(reason)).map(reasonSentence);
  return failed.length ? failed : [text('versions.no-reason')];
}

/**
 * `Failed: finished 7s: 91.0 % read correctly, the current version 95.5 %; a loss of ...` in the visitor's language; another
 * sentence stays as it is.
 * @param {string} reason
 */
function reasonSentence(reason) {
  const parts = /^Failed: (.+?): ([\d.]+) % read correctly, (.+?) ([\d.]+) %/.exec(reason);
  if (!parts) return reason;
  const [, what, share, , other] = parts;
  const figures = { share: percent(Number(share) / 100), other: percent(Number(other) / 100) };
  return text('versions.worse', { what: comparedWords(what), ...figures });
}

/** @param {string} what */
function comparedWords(what) {
  const digit = /^finished (\d)s$/.exec(what)?.[1];
  if (digit) return text('versions.of-digit', { digit });
  const known = COMPARED.find(([pattern]) => pattern.test(what));
  return known ? text(known[1]) : what;
}
