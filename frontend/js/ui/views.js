/** Watch, contribute, look at the models or at what was given: told by the address, so that each can be linked and gone back from. */

import { byId } from './dom.js';

/** @typedef {'watch' | 'contribute' | 'models' | 'yours'} Mode */

/** @type {readonly Mode[]} */
const MODES = ['watch', 'contribute', 'models', 'yours'];

/**
 * @param {string} hash of the address
 * @returns {Mode}
 */
export function modeOf(hash) {
  return MODES.find((mode) => hash === `#${mode}`) ?? 'watch';
}

/**
 * Marks the mode's tab and calls back, now and whenever the address changes.
 * @param {(mode: Mode) => void} changed
 */
export function trackMode(changed) {
  const tell = () => {
    const mode = modeOf(location.hash);
    document.body.dataset.mode = mode;
    for (const one of MODES) {
      const tab = byId(`mode-${one}`, HTMLAnchorElement);
      if (one === mode) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    }
    changed(mode);
  };
  addEventListener('hashchange', tell);
  tell();
}
