/** A part of the page whose scripts, styles and texts are loaded when it is first needed. */

import { loadTexts } from './language/language.js';
import { OtherRelease, checkRelease, follow } from './release.js';
import { loadStyles } from './style_sheets.js';

/** @template T */
export class Part {
  /** @type {T | null} */ #here = null;
  /** @type {Promise<() => T> | null} */ #loading = null;
  /** @type {() => Promise<() => T>} */ #load;
  /** @type {(part: T) => void} */ #opened;
  /** @type {string} */ #name;

  /**
   * @param {string} name of its texts, and of its style sheets and sections in `data-part`
   * @param {() => Promise<() => T>} load imports all that it will ever need; what it returns makes it
   * @param {(part: T) => void} [opened] tells it what the page knows by now
   */
  constructor(name, load, opened = () => {}) {
    this.#name = name;
    this.#load = load;
    this.#opened = opened;
  }

  /** @returns {T | null} null before it is used */
  get here() {
    return this.#here;
  }

  /** Loads it, for a time without a connection. Never rejects: after a failure the next use tries again. */
  async prepare() {
    await this.#ready().catch((error) => console.info(`the ${this.#name} part is not loaded yet: ${error}`));
  }

  /**
   * Does the work now, or when it is loaded; in the order of the calls.
   * @param {(part: T) => unknown} [work]
   */
  use(work = () => {}) {
    if (this.#here) work(this.#here);
    else this.#made().then(work, (error) => this.#fail(error));
  }

  /**
   * Like `use`, for a visitor who opens its view: where the service has another release by now, the page is loaded again.
   * @param {(part: T) => unknown} [work]
   */
  open(work = () => {}) {
    if (this.#here) work(this.#here);
    else this.#made().then(work, (error) => (error instanceof OtherRelease && follow(error)) || this.#fail(error));
  }

  /** Its view says so. @param {unknown} error */
  #fail(error) {
    document.body.dataset.failed = this.#name;
    console.warn(`the ${this.#name} part could not be loaded: ${error}`);
  }

  #ready() {
    this.#loading ??= this.#loadAll().catch((error) => {
      this.#loading = null;
      throw error;
    });
    return this.#loading;
  }

  /** Nothing of it is made before its texts are here, or shown before its styles. */
  async #loadAll() {
    const [make, texts] = await Promise.all([this.#load(), loadTexts(this.#name), loadStyles(this.#name)]);
    if (!texts) throw new Error('its texts are missing');
    await checkRelease();
    return make;
  }

  async #made() {
    const make = await this.#ready();
    if (this.#here) return this.#here;
    const made = make();
    this.#here = made;
    if (document.body.dataset.failed === this.#name) delete document.body.dataset.failed;
    for (const section of document.querySelectorAll(`[data-part="${this.#name}"]`)) section.toggleAttribute('data-here', true);
    this.#opened(made);
    return made;
  }
}
