/** Loads the contribute view when it is needed, and follows the visitor's consent in this tab and the others. */

import { Consent } from '../contribute/consent.js';
import { whenIdle } from '../ui/dom.js';
import { Part } from '../ui/part.js';

/** @typedef {import('../connection/protocol.js').Welcome} Welcome */
/** @typedef {import('../contribute/contribute_part.js').ContributePart} ContributePart */
/** @typedef {import('../ui/tabs.js').TabMessage} TabMessage */
/**
 * @typedef {object} Page
 * @property {import('../connection/connection.js').Connection} connection
 * @property {string} contributor
 * @property {import('../ui/storage/drafts.js').Drafts} drafts
 * @property {import('./model_news.js').ModelNews} news
 * @property {import('../watch/personal.js').Personal} personal
 * @property {import('../watch/model_choice/served_models.js').ServedModels} served
 * @property {import('../ui/tabs.js').Tabs} tabs
 * @property {import('../ui/views.js').Views} views
 * @property {() => Welcome | null} welcome the latest
 * @property {() => void} again a digit was asked for once more: the canvas is wanted
 * @property {() => void} switched personal answers were switched on or off
 */

export class ContributeAccess {
  /** @type {Page} */ #page;
  /** @type {Consent} */ consent;
  /** @type {Part<ContributePart>} */ part;

  /**
   * @param {Storage} storage of the consent
   * @param {Page} page
   */
  constructor(storage, page) {
    this.#page = page;
    this.consent = new Consent(storage, (version) => {
      page.tabs.send({ type: 'consent', version });
      this.part.here?.question.withdraw();
      this.show();
    });
    this.part = new Part('contribute', () => this.#load(), (part) => this.#opened(part));
  }

  /** Loads the view at once where this browser has agreed before, and later where it may have drawings of an earlier time. */
  start() {
    if (this.consent.stored === null) whenIdle(() => void this.#openWhatIsKept());
    else this.part.use();
  }

  /** Shows the visitor's state in the page: the consent, the asked digit, the drawings and the counts. */
  show() {
    const { news, served, views } = this.#page;
    const hasAgreed = this.consent.agreed !== null;
    if (this.part.here) {
      const { contributing, personal, view, visit } = this.part.here;
      view.show(contributing, views.mode === 'contribute');
      news.showCounts(contributing.counts);
      visit.follow(contributing.given);
      if (views.mode === 'contribute' && hasAgreed) visit.begin();
      personal.setAgreed(hasAgreed);
    }
    document.body.toggleAttribute('data-agreed', hasAgreed);
    served.identify();
  }

  /** @param {TabMessage} message of another tab */
  heard(message) {
    if (message.type === 'consent') this.#follow(message.version);
    else this.part.use((part) => part.heard(message));
  }

  /** Messages of other tabs do not reach a page that the browser has frozen or keeps in its cache. */
  catchUp() {
    this.#follow(this.consent.stored);
    void this.part.here?.drawings.load();
  }

  /** @param {string | null} version that another tab agreed to; null: it has withdrawn */
  #follow(version) {
    const { views } = this.#page;
    const wasAsking = views.mode === 'contribute' && document.body.hasAttribute('data-agreed');
    this.consent.adopt(version);
    // A withdrawal ends the asking here too; the drawing stays, to be watched.
    if (wasAsking && version === null) views.leaveContribute();
    this.show();
  }

  async #load() {
    const { ContributePart } = await import('../contribute/contribute_part.js');
    const { again, connection, contributor, drafts, personal, switched, tabs } = this.#page;
    const send = (/** @type {string} */ message) => connection.send(message);
    const tell = (/** @type {TabMessage} */ message) => tabs.send(message);
    const page = { send, contributor, asked: drafts.asked, tell, again, changed: () => this.show(), personal, switched };
    return () => new ContributePart(page);
  }

  /** @param {ContributePart} part */
  #opened(part) {
    const { connection, news, served, welcome } = this.#page;
    this.consent.allow();
    part.visit.setTraining(news.isTraining);
    part.visit.serve(served.all);
    const latest = welcome();
    if (latest) part.welcome(latest);
    if (connection.isWelcomed) part.resume();
    this.show();
  }

  /** Drawings of a visitor who has withdrawn the consent are still theirs to deliver, see and delete. */
  async #openWhatIsKept() {
    try {
      const databases = await indexedDB.databases?.();
      // Some browsers can't list them.
      if (!databases || databases.some(({ name }) => name?.startsWith('midstroke'))) this.part.use();
    } catch {
      // Without storage nothing is kept.
    }
  }
}
