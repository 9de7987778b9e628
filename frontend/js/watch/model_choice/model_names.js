/** Shows the names of the models above their bars, and announces a new version for a while. */

import { byId, element } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { familyWords, isOfExamples, versionWords } from '../../ui/language/words.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */

const NEWS_MS = 20_000; // long enough to be read by someone who is drawing

export class ModelNames {
  #places = [byId('model', HTMLElement), byId('model-compared', HTMLElement)];
  /** @type {readonly Model[]} */ #served = [];
  /** @type {Map<string, number>} */ #learntAt = new Map();
  #timer = 0;

  /**
   * @param {readonly Model[]} served
   * @param {readonly Model[]} answering one or two of them
   */
  show(served, answering) {
    for (const { family, model } of served) {
      const before = this.#served.find((one) => one.family === family);
      if (before && before.model !== model) this.#learntAt.set(family, performance.now());
    }
    this.#served = served;
    this.#write(answering);
  }

  /** @param {readonly Model[]} answering */
  #write(answering) {
    clearTimeout(this.#timer);
    this.#places.forEach((place, i) => {
      const model = answering[i];
      const news = model !== undefined && this.#isNews(model.family);
      place.replaceChildren(...(model ? nameParts(model, news) : []));
      place.title = model ? `${model.family} ${model.model}` : '';
      place.dataset.family = model?.family ?? '';
      place.dataset.version = model?.model ?? '';
      place.classList.toggle('news', news);
      if (news) this.#timer = setTimeout(() => this.#write(answering), NEWS_MS);
    });
  }

  /** @param {string} family */
  #isNews(family) {
    const at = this.#learntAt.get(family);
    return at !== undefined && performance.now() - at < NEWS_MS;
  }
}

/**
 * The version is an element of its own: where there is no room for it, it goes.
 * @param {Model} model
 * @param {boolean} news
 */
function nameParts({ family, model }, news) {
  const before = news ? [element('b', {}, text('model.new')), ' '] : [];
  if (isOfExamples(family)) return [familyWords(family)];
  return [...before, familyWords(family), element('span', { class: 'version' }, `, ${versionWords(model)}`)];
}
