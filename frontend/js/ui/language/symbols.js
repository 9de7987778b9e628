/** The symbol set that this page is for: its classes by place, their names, and what the browser stores for it. */

import { isDigits } from '../set_address.js';

export { isDigits, ofSet, setId, setIdOf } from '../set_address.js';

/** @typedef {{readonly id: string, readonly name: string, readonly prompt?: string, readonly learning?: boolean}} SymbolClass */
/** @typedef {number | string} Label a digit, or the id of a class of another set */

/** @type {readonly SymbolClass[]} */
let classes = Array.from({ length: 10 }, (_, digit) => ({ id: String(digit), name: String(digit) }));
let setName = '';
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * Takes over the set as the service describes it. Places are indices of `classes`, which `probabilities` follow.
 * @param {{readonly name?: string, readonly classes?: readonly SymbolClass[]}} described
 */
export function useSet({ name, classes: given }) {
  if (!given || given.length < 2) return; // a service of an earlier release
  const changed = JSON.stringify(given) !== JSON.stringify(classes) || name !== setName;
  classes = given;
  setName = name ?? '';
  if (changed) for (const listener of listeners) listener();
}

/**
 * Calls back after each change of the classes.
 * @param {() => void} listener
 */
export function onSetChange(listener) {
  listeners.add(listener);
}

/**
 * The class has its first example: it is recognised from now on.
 * @param {Label} label
 */
export function learned(label) {
  useSet({ name: setName, classes: classes.map(({ learning, ...rest }) => (rest.id === String(label) || !learning ? rest : { ...rest, learning })) });
}

/** The set's name in the operator's words; empty before the service has answered. */
export function nameOfSet() {
  return setName;
}

/** The classes' ids in the order of their places. */
export function classIds() {
  return classes.map(({ id }) => id);
}

export function classCount() {
  return classes.length;
}

/** @param {number} place */
export function className(place) {
  return classes[place]?.name ?? '?';
}

/**
 * What to draw, in the operator's words.
 * @param {number} place
 */
export function classPrompt(place) {
  return classes[place]?.prompt || className(place);
}

/** Whether neither a model nor an example knows this class yet. @param {number} place */
export function isLearning(place) {
  return classes[place]?.learning === true;
}

/** @param {number} place @returns {Label} as contributions name it */
export function labelOf(place) {
  return isDigits ? place : classes[place].id;
}

/** @param {unknown} label @returns {number} -1 where the set has no such class */
export function placeOf(label) {
  return classes.findIndex(({ id }) => id === String(label));
}

/** The name of a label, also of one that is no longer in the set. @param {Label} label */
export function nameOfLabel(label) {
  const place = placeOf(label);
  return place < 0 ? String(label) : className(place);
}
