/** The two menus: which family is read, and which it is compared with. */

import { byId, element } from './dom.js';

/** @typedef {import('./protocol.js').Model} Model */
/** @typedef {import('./choice.js').Wish} Wish */

export class Wishes {
  #family = byId('family', HTMLSelectElement);
  #compare = byId('compare', HTMLSelectElement);

  /** @param {(wish: Wish) => void} changed */
  constructor(changed) {
    const tell = () => changed({ family: this.#family.value, compare: this.#compare.value });
    this.#family.addEventListener('change', tell);
    this.#compare.addEventListener('change', tell);
  }

  /**
   * @param {readonly Model[]} models served, best first
   * @param {readonly Model[]} answering
   * @param {Wish} wish
   */
  show(models, answering, wish) {
    const names = models.map(({ family }) => family);
    const best = models.length ? `best (${names[0]})` : 'best';
    fill(this.#family, [['', best], ...names.map((name) => pair(name))], wish.family);
    const others = names.filter((name) => name !== answering[0]?.family);
    fill(this.#compare, [['', 'nothing'], ...others.map((name) => pair(name))], answering[1]?.family ?? '');
  }
}

/**
 * @param {string} name
 * @returns {readonly [string, string]}
 */
function pair(name) {
  return [name, name];
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
