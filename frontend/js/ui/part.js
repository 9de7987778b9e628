/** A part of the page whose scripts, styles and texts are loaded when it is first needed. */

import { loadTexts } from './language.js';

const STYLES = 'link[data-href]'; // in index.html, at their places in the cascade

/** @template T */
export class Part {
  /** @type {T | null} */ #here = null;
  /** @type {Promise<T> | null} */ #opening = null;
  /** @type {() => Promise<T>} */ #load;
  /** @type {(part: T) => void} */ #opened;
  /** @type {string} */ #name;

  /**
   * @param {string} name of its texts, and of its style sheets and sections in `data-part`
   * @param {() => Promise<T>} load imports and makes it
   * @param {(part: T) => void} opened tells it what the page knows by now
   */
  constructor(name, load, opened) {
    this.#name = name;
    this.#load = load;
    this.#opened = opened;
  }

  /** @returns {T | null} null before it is loaded */
  get here() {
    return this.#here;
  }

  /** Loads it; after a failure, as without a connection, the next call tries again. @returns {Promise<T>} */
  #start() {
    this.#opening ??= this.#open().catch((error) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /**
   * Does the work now, or when it is loaded; in the order of the calls.
   * @param {(part: T) => unknown} [work]
   */
  use(work = () => {}) {
    if (this.#here) work(this.#here);
    else this.#start().then(work, (error) => this.#fail(error));
  }

  /** Its view says so, and the next visit tries again. @param {unknown} error */
  #fail(error) {
    document.body.dataset.failed = this.#name;
    console.warn(`the ${this.#name} part could not be loaded: ${error}`);
  }

  /** Nothing of it is made before its texts are here, or shown before its styles. */
  async #open() {
    const styles = Promise.all(styleSheets(this.#name).map(loaded));
    if (!(await loadTexts(this.#name))) throw new Error('its texts are missing');
    const [made] = await Promise.all([this.#load(), styles]);
    this.#here = made;
    if (document.body.dataset.failed === this.#name) delete document.body.dataset.failed;
    for (const section of document.querySelectorAll(`[data-part="${this.#name}"]`)) section.toggleAttribute('data-here', true);
    this.#opened(made);
    return made;
  }
}

/** @param {string} name */
function styleSheets(name) {
  const links = /** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll(STYLES));
  return [...links].filter(({ dataset }) => dataset.part?.split(' ').includes(name));
}

/**
 * @param {HTMLLinkElement} link
 * @returns {Promise<void>}
 */
function loaded(link) {
  return new Promise((resolve, reject) => {
    link.addEventListener('load', () => resolve(), { once: true });
    link.addEventListener('error', () => (link.removeAttribute('href'), reject(new Error(`no ${link.dataset.href}`))), { once: true });
    if (link.sheet) resolve();
    else if (!link.hasAttribute('href')) link.href = link.dataset.href ?? '';
  });
}
