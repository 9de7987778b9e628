/** The two menus of the model picker: the family to read, and the one to compare it with. */

import { familySentence, menuWords } from './family_words.js';
import { byId, element } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('./model_selection.js').ModelChoice} ModelChoice */

export class ModelPicker {
  #family = byId('family', HTMLSelectElement);
  #compare = byId('compare', HTMLSelectElement);

  /** @param {(choice: ModelChoice) => void} changed */
  constructor(changed) {
    const report = () => changed({ family: this.#family.value, compare: this.#compare.value });
    this.#family.addEventListener('change', report);
    this.#compare.addEventListener('change', report);
  }

  /**
   * @param {readonly Model[]} models served, best first
   * @param {readonly Model[]} answering
   * @param {ModelChoice} choice
   */
  show(models, answering, choice) {
    const names = models.map(({ family }) => family);
    const best = models.length ? text('picker.best', { family: menuWords(names[0]) }) : text('picker.best-unknown');
    fill(this.#family, [['', best], ...pairs(names)], choice.family);
    const others = names.filter((name) => name !== answering[0]?.family);
    const second = answering[1]?.family ?? '';
    fill(this.#compare, [['', text('picker.nothing')], ...pairs(others)], second);
    this.#family.title = familySentence(answering[0]?.family ?? '');
    this.#compare.title = familySentence(second);
  }
}

/**
 * @param {readonly string[]} names
 * @returns {readonly (readonly [string, string])[]}
 */
function pairs(names) {
  return names.map((name) => [name, menuWords(name)]);
}

/**
 * @param {HTMLSelectElement} menu
 * @param {readonly (readonly [value: string, words: string])[]} options
 * @param {string} chosen
 */
function fill(menu, options, chosen) {
  menu.replaceChildren(...options.map(([value, words]) => element('option', { value }, words)));
  menu.value = options.some(([value]) => value === chosen) ? chosen : '';
}
