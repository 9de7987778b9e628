/** Passes each message of the service on to the parts of the page that it is for. */

import { savesData, whenIdle } from '../ui/dom.js';
import { isDigits, useSet } from '../ui/language/symbols.js';

/** @typedef {import('../connection/protocol.js').Model} Model */
/** @typedef {import('../connection/protocol.js').ServerMessage} ServerMessage */
/** @typedef {import('../connection/protocol.js').Trainer} Trainer */
/** @typedef {import('../connection/protocol.js').Welcome} Welcome */
/**
 * @typedef {object} Receivers
 * @property {import('../contribute/consent.js').Consent} consent
 * @property {import('../ui/part.js').Part<import('../contribute/contribute_part.js').ContributePart>} contribute
 * @property {import('../offline/local_model.js').LocalModel} localModel
 * @property {import('./model_news.js').ModelNews} news
 * @property {import('../watch/sees/sees_panel.js').SeesPanel} sees
 * @property {import('../watch/model_choice/served_models.js').ServedModels} served
 * @property {import('../watch/watching.js').Watching} watching
 * @property {import('../watch/watch_view.js').WatchView} watchView
 * @property {() => void} contributing what contributors see has changed
 */

const REFRESH_MS = 10_000; // over which pages spread their downloads of a new version's weights

export class ServiceMessages {
  /** @type {Receivers} */ #to;
  /** @type {Welcome | null} */ #welcome = null;

  /** @param {Receivers} to */
  constructor(to) {
    this.#to = to;
  }

  /** The latest, for parts that are loaded after it. */
  get welcome() {
    return this.#welcome;
  }

  /** @param {ServerMessage} message */
  take(message) {
    const { consent, contribute, news, sees, served, watching, watchView } = this.#to;
    const contributing = contribute.here?.contributing;
    switch (message.type) {
      case 'welcome':
        this.#welcome = message;
        useSet(message);
        consent.showTerms(message.consent);
        this.#train(message.trainer);
        contribute.here?.welcome(message);
        news.showCounts(contributing?.counts ?? message.contributions);
        this.#to.contributing(); // the terms are known now, the part may still be loading
        this.#refreshSoon();
        return this.#serve(message.models);
      case 'classes':
        return useSet(message);
      case 'models':
        if (!isDigits) served.identify(true); // its welcome says which classes are known now
        this.#refreshSoon();
        news.announceModels(message.models);
        return this.#serve(message.models);
      case 'prediction':
        watchView.take(message);
        return sees.show();
      case 'error':
        watching.fail(message.seq);
        if (message.code === 'bad_contribution') contributing?.rejected(message.message);
        return console.warn(`the service answered ${message.code}: ${message.message}`);
      case 'accepted':
        // Its welcome says what the drawings gain.
        if (isDigits ? message.contributions.yours >= 10 : true) served.identify(true);
        return void contributing?.accepted(message);
      case 'refused':
        return void contributing?.refused(message);
      case 'trainer':
        if (message.filtered) void contribute.here?.drawings.review();
        news.announceTrainer(message);
        return this.#train(message);
      case 'pong':
    }
  }

  /** @param {Trainer | null} trainer */
  #train(trainer) {
    this.#to.news.showTrainer(trainer);
    this.#to.contribute.here?.visit.setTraining(this.#to.news.isTraining);
  }

  /** @param {readonly Model[]} models */
  #serve(models) {
    this.#to.served.serve(models);
    this.#to.contribute.here?.visit.serve(models);
    this.#to.watchView.showModels();
    this.#to.news.showModels();
  }

  /** Another version may be served: its weights are loaded when nothing else is to do, and not by all pages at once. */
  #refreshSoon() {
    if (!isDigits || savesData()) return; // other sets are recognised by the service alone
    const { localModel } = this.#to;
    setTimeout(() => whenIdle(() => void localModel.refresh()), localModel.current ? REFRESH_MS * Math.random() : 0);
  }
}
