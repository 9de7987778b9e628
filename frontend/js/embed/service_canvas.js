/**
 * <midstroke-canvas src="wss://host/ws"> for pages of other origins: the canvas of the service's page with a service that reads
 * it, and what its page may want of both.
 *
 * Attributes: `src` (the service), `set`, `family`, `name` (in a form), `contribute` (allows contributing, after consent),
 * `disabled`. Events: `guess`, `settled`, `contributed`, `connection`, `refused`. Parts: `canvas`, `guess`, `consent`, `agree`,
 * `decline`, `key-pen`. docs/how-to/embed.md describes them.
 */

import { MidstrokeCanvas } from '../ink/midstroke_canvas.js';
import { KeyPenView } from '../ink/pen/key_pen_view.js';
import { ConsentPanel } from './consent_panel.js';
import { withdrawConsent } from './embed_contributing.js';
import { styles } from './embed_styles.js';
import { wordsIn } from './embed_words.js';
import { checkedStrokes } from './loaded_strokes.js';
import { made } from './parts.js';
import { serviceAddress } from './service_address.js';
import { ServiceSession } from './service_session.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./service_session.js').Guess} Guess */

export class ServiceCanvas extends MidstrokeCanvas {
  static formAssociated = true;
  static observedAttributes = [...MidstrokeCanvas.observedAttributes, 'src', 'set', 'family'];

  #internals = this.attachInternals();
  #own = made('canvas', 'canvas');
  #shownGuess = made('output', 'guess');
  #cursor = made('span', 'key-pen');
  #status = document.createElement('p');
  #consent = new ConsentPanel(() => this.#isHere && this.listen());
  /** @type {ServiceSession | null} */ #service = null;
  /** @type {Guess | null} */ #guess = null;
  #isHere = false; // in a document: attributes are announced before it is

  constructor() {
    super();
    this.#shownGuess.setAttribute('aria-live', 'polite');
    this.#status.setAttribute('role', 'status');
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles];
    root.append(this.#own, this.#cursor, this.#shownGuess, this.#status, this.#consent.element);
    this.useSession({
      changed: (drawing) => this.#service?.changed(drawing),
      cleared: () => this.#showGuess(null),
      keyPen: new KeyPenView({
        page: this.#cursor,
        cursor: this.#cursor,
        status: this.#status,
        words: (news, place) => this.#words[news].replace('{x}', `${place?.x}`).replace('{y}', `${place?.y}`),
      }),
    });
  }

  // What a page uses

  /** What is drawn: strokes of points [x, y, ms] on 500 x 500 px. */
  get strokes() {
    return this.board.strokes;
  }

  /** The latest guess about the drawing; null without ink or before an answer. */
  get guess() {
    return this.#guess;
  }

  /** The label of the latest guess, which a form sends. */
  get value() {
    return this.#guess && !this.#guess.unsure ? this.#guess.label : '';
  }

  get form() {
    return this.#internals.form;
  }

  get name() {
    return this.getAttribute('name') ?? '';
  }

  /** Empties the canvas, for another drawing. */
  clear() {
    this.board.clear();
  }

  /** Takes back the last stroke, or the last `clear()`. */
  undo() {
    this.board.undo();
  }

  /** Draws again what was taken back. */
  redo() {
    this.board.redo();
  }

  /**
   * Shows another drawing.
   * @param {readonly (readonly (readonly number[])[])[]} given strokes on 500 x 500 px
   * @throws {TypeError} they are no strokes of points [x, y] or [x, y, ms]
   */
  load(given) {
    const strokes = checkedStrokes(given);
    const past = strokes.map((_, i) => strokes.slice(0, i)); // its strokes can be taken back
    this.board.load(strokes, 'unknown', { past, future: [] });
  }

  /**
   * Gives the drawing to the service, with the label that was asked for. The visitor is asked for consent the first time.
   * @param {number | string} label
   * @returns {Promise<import('./embed_contributing.js').Contributed | null>} once it is stored; null without consent
   */
  async contribute(label) {
    if (!this.hasAttribute('contribute')) throw new Error('this canvas does not contribute: it has no attribute `contribute`');
    const { strokes } = this;
    const service = this.#service;
    if (strokes.length === 0) throw new Error('there is nothing on the canvas');
    if (!service?.terms) throw new Error('the service has not answered yet');
    if (!service.hasAgreed) {
      if (!(await this.#consent.ask(service.terms.text))) return null;
      service.agree();
    }
    const done = await service.give(strokes, label, this.board.pointer);
    this.#tell('contributed', { ...done, label });
    return done;
  }

  /** Forgets the visitor's consent and token on this page. */
  withdrawConsent() {
    const address = serviceAddress(this.getAttribute('src'));
    if (this.#service) this.#service.withdraw();
    else if (address !== null) withdrawConsent(address);
  }

  // The element's life

  get canvas() {
    return this.#own;
  }

  /** The whole element: outside of its shadow, events don't tell which part they were on. */
  get surface() {
    return this;
  }

  /** Not while it asks, nor in a disabled fieldset. */
  get takesInk() {
    return !this.matches(':disabled') && !this.#consent.isAsking;
  }

  listen() {
    super.listen();
    this.#own.tabIndex = this.takesInk ? 0 : -1;
    this.#own.setAttribute('role', this.takesInk ? 'application' : 'img');
  }

  connectedCallback() {
    super.connectedCallback();
    const words = this.#words;
    this.#own.setAttribute('aria-label', this.getAttribute('aria-label') ?? words.draw);
    this.#own.setAttribute('aria-description', words.keys);
    this.#consent.label(words);
    this.#isHere = true;
    this.#connect();
  }

  disconnectedCallback() {
    this.#isHere = false;
    super.disconnectedCallback();
    this.#disconnect('the canvas was removed');
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(name, before, after) {
    super.attributeChangedCallback(name, before, after);
    if (!this.#isHere || before === after) return;
    if (name !== 'family' && name !== 'disabled') this.#showGuess(null); // it was by another service or set
    if (name === 'src') this.#connect();
    else this.#service?.choose();
  }

  formDisabledCallback() {
    if (this.#isHere) this.listen();
  }

  formResetCallback() {
    this.clear();
  }

  // The service

  #connect() {
    this.#disconnect('the canvas was connected to another service');
    const address = serviceAddress(this.getAttribute('src'));
    if (address === null) {
      this.#tell('connection', { phase: 'ended', code: 0, reason: 'the attribute src names no service' });
      return;
    }
    this.#service = new ServiceSession(address, {
      wishes: () => ({
        set: this.getAttribute('set') || null,
        family: this.getAttribute('family') ?? '',
        language: this.#language,
        contributes: this.hasAttribute('contribute'),
      }),
      guessed: (guess) => this.#take(guess),
      linked: (link) => this.#tell('connection', link),
      refused: (code, reason) => this.#tell('refused', { code, reason }),
    });
    this.board.showAgain();
  }

  /** @param {string} why */
  #disconnect(why) {
    const { isAsking } = this.#consent;
    this.#consent.close();
    this.#service?.stop(why);
    this.#service = null;
    if (isAsking && this.#isHere) this.listen();
  }

  /** @param {Guess} guess */
  #take(guess) {
    if (this.board.isEmpty) return;
    const wasSettled = this.#guess?.settled === true;
    this.#showGuess(guess);
    this.#tell('guess', guess);
    if (guess.settled && !wasSettled) this.#tell('settled', guess);
  }

  /** @param {Guess | null} guess */
  #showGuess(guess) {
    this.#guess = guess;
    this.#shownGuess.textContent = guess === null ? '' : guess.unsure ? '?' : guess.label;
    this.#shownGuess.toggleAttribute('data-settled', guess?.settled === true);
    this.#internals.setFormValue(this.value || null);
  }

  get #words() {
    return wordsIn(this.#language);
  }

  get #language() {
    const written = /** @type {HTMLElement | null} */ (this.closest('[lang]'))?.lang;
    return written || navigator.language || 'en';
  }

  /**
   * @param {string} type
   * @param {object} detail
   */
  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}
