/**
 * <midstroke-canvas src="wss://host/ws">: a canvas that is read while somebody draws on it, for pages of other origins.
 *
 * Attributes: `src` (the service), `set`, `family`, `name` (in a form), `contribute` (allows contributing, after consent),
 * `disabled`. Events: `guess`, `settled`, `contributed`, `connection`. Parts: `canvas`, `guess`, `consent`, `agree`,
 * `decline`. docs/how-to/embed.md describes them.
 */

import { Connection } from '../connection/connection.js';
import { ModelCanvas } from '../ink/canvas.js';
import { beginStroke, extendStroke, newDrawing } from '../ink/drawing.js';
import { trackPen } from '../ink/pen/pen.js';
import { Pictures } from '../ink/snapshots/pictures.js';
import { VisibleCanvas } from '../ink/visible_canvas.js';
import { Watching } from '../watch/watching.js';
import { ConsentPanel } from './consent_panel.js';
import { EmbedContributing } from './embed_contributing.js';
import { styles } from './embed_styles.js';
import { wordsIn } from './embed_words.js';
import { made } from './parts.js';
import { serviceAddress } from './service_address.js';

/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('../connection/protocol.js').ServerMessage} ServerMessage */
/** @typedef {import('../connection/protocol.js').Welcome} Welcome */
/** @typedef {import('../ink/geometry.js').Point} Point */
/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('../ink/pen/pen.js').Pointer} Pointer */
/**
 * @typedef {object} Guess
 * @property {string} label id of the most probable class
 * @property {number} confidence its probability
 * @property {readonly number[]} probabilities
 * @property {number | null} doubt
 * @property {boolean | null} unsure
 * @property {boolean | null} settled
 * @property {string} family
 * @property {string} model
 */

export class MidstrokeCanvas extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ['src', 'set', 'family', 'disabled'];

  #internals = this.attachInternals();
  #canvas = document.createElement('canvas');
  #shownGuess = made('output', 'guess');
  #consent = new ConsentPanel(() => this.isConnected && this.#trackPen());
  /** @type {VisibleCanvas | null} */ #visible = null;
  /** @type {Connection | null} */ #connection = null;
  /** @type {EmbedContributing | null} */ #contributing = null;
  /** @type {Welcome | null} */ #welcome = null;
  /** @type {readonly {readonly id: string}[]} */ #classes = []; // in the order of probabilities; none from a service without sets
  /** @type {(() => void) | null} */ #stopPen = null;
  /** @type {Guess | null} */ #guess = null;
  /** @type {Pointer} */ #pointer = 'unknown';
  #printer = new ModelCanvas();
  #watching = new Watching((frame) => this.#connection?.send(frame) ?? false, new Pictures());
  #drawing = newDrawing(1);
  #frame = 0;
  #penIsDown = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [styles];
    this.#canvas.part.add('canvas');
    this.#canvas.setAttribute('role', 'img');
    this.#shownGuess.setAttribute('aria-live', 'polite');
    root.append(this.#canvas, this.#shownGuess, this.#consent.element);
  }

  // What a page uses

  /** What is drawn: strokes of points [x, y, ms] on 500 x 500 px. */
  get strokes() {
    return this.#drawing.strokes;
  }

  /** The latest guess about it; null without ink or before an answer. */
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
    this.#replace([], true);
  }

  /** Takes back the last stroke. */
  undo() {
    this.#replace(this.strokes.slice(0, -1), this.strokes.length <= 1);
  }

  /**
   * Shows another drawing.
   * @param {readonly Stroke[]} strokes on 500 x 500 px
   */
  load(strokes) {
    this.#replace(strokes, true);
  }

  /**
   * Gives the drawing to the service, with the label that was asked for. The visitor is asked for consent the first time.
   * @param {number | string} label
   * @returns {Promise<import('./embed_contributing.js').Contributed | null>} once it is stored; null without consent
   */
  async contribute(label) {
    if (!this.hasAttribute('contribute')) throw new Error('this canvas does not contribute: it has no attribute `contribute`');
    const { strokes } = this;
    const [welcome, contributing] = [this.#welcome, this.#contributing];
    if (strokes.length === 0) throw new Error('there is nothing on the canvas');
    if (!welcome || !contributing) throw new Error('the service has not answered yet');
    if (contributing.agreed?.version !== welcome.consent.version && !(await this.#askConsent(welcome))) return null;
    this.#sayHello();
    const done = await contributing.give(strokes, { label, pointer: this.#pointer, set: this.getAttribute('set') }, welcome.limits);
    this.#tell('contributed', { ...done, label });
    return done;
  }

  /** Forgets the visitor's consent and token on this page. */
  withdrawConsent() {
    this.#contributing?.withdraw();
    this.#sayHello();
  }

  // The element's life

  connectedCallback() {
    const words = wordsIn(this.#language());
    this.#canvas.setAttribute('aria-label', this.getAttribute('aria-label') ?? words.draw);
    this.#consent.label(words);
    this.#visible = new VisibleCanvas(this.#canvas);
    this.#visible.draw(this.strokes);
    this.#trackPen();
    this.#connect();
  }

  disconnectedCallback() {
    this.#consent.close();
    this.#stopPen?.();
    this.#stopPen = null;
    this.#visible?.stop();
    this.#disconnect('the canvas was removed');
  }

  /**
   * @param {string} name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(name, before, after) {
    if (!this.#visible || before === after) return;
    if (name === 'src') this.#connect();
    else if (name === 'disabled') this.#trackPen();
    else this.#sayHello();
  }

  formResetCallback() {
    this.clear();
  }

  // The connection

  #connect() {
    this.#disconnect('the canvas was connected to another service');
    const address = serviceAddress(this.getAttribute('src'));
    if (address === null) {
      this.#tell('connection', { phase: 'ended', code: 0, reason: 'the attribute src names no service' });
      return;
    }
    const connection = new Connection(address, {
      opened: () => this.#sayHello(),
      received: (message) => this.#receive(message),
      resumed: () => {
        this.#watching.sendAgain();
        this.#contributing?.resume();
      },
      closed: () => {},
      changed: (link) => {
        if (link.phase === 'ended') this.#contributing?.end(link.reason || `closed with ${link.code}`);
        this.#tell('connection', link);
      },
    });
    this.#connection = connection;
    this.#contributing = new EmbedContributing(address, (text) => connection.send(text), this.#printer);
    connection.start();
  }

  /** @param {string} why */
  #disconnect(why) {
    this.#connection?.stop();
    this.#contributing?.end(why);
    this.#connection = this.#contributing = this.#welcome = null;
  }

  #sayHello() {
    const [family, set] = [this.getAttribute('family'), this.getAttribute('set')];
    // Without consent the service is not told who draws.
    const token = this.hasAttribute('contribute') ? this.#contributing?.agreed?.token : undefined;
    this.#connection?.send(
      JSON.stringify({
        type: 'hello',
        ...(family ? { family } : {}),
        ...(set ? { set } : {}),
        ...(token ? { contributor: token } : {}),
        language: this.#language().slice(0, 2),
      }),
    );
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    switch (message.type) {
      case 'welcome':
        this.#welcome = message;
        this.#classes = message.classes ?? [];
        return this.#watching.feed(message.models, this.#choice());
      case 'models':
        return this.#watching.feed(message.models, this.#choice());
      case 'classes':
        this.#classes = message.classes;
        return;
      case 'prediction':
        return this.#take(message);
      case 'error':
        this.#watching.fail(message.seq);
        return console.warn(`midstroke-canvas: ${message.code}: ${message.message}`);
      case 'accepted':
        return this.#contributing?.accepted(message);
      case 'refused':
        return this.#contributing?.refused(message);
      default:
    }
  }

  #choice() {
    return { family: this.getAttribute('family') ?? '', compare: '' };
  }

  /** @param {Prediction} prediction */
  #take(prediction) {
    if (!this.#watching.take(prediction) || this.strokes.length === 0) return;
    const { probabilities, doubt, unsure, settled, family, model } = prediction;
    const confidence = Math.max(...probabilities);
    const place = probabilities.indexOf(confidence);
    const wasSettled = this.#guess?.settled === true;
    const guess = { label: this.#labelAt(place), confidence, probabilities, doubt, unsure, settled, family, model };
    this.#showGuess(guess);
    this.#tell('guess', guess);
    if (settled && !wasSettled) this.#tell('settled', guess);
  }

  /** @param {number} place of the class in the set */
  #labelAt(place) {
    return String(this.#classes[place]?.id ?? place);
  }

  /** @param {Guess | null} guess */
  #showGuess(guess) {
    this.#guess = guess;
    this.#shownGuess.textContent = guess === null ? '' : guess.unsure ? '?' : guess.label;
    this.#shownGuess.toggleAttribute('data-settled', guess?.settled === true);
    this.#internals.setFormValue(this.value || null);
  }

  // Drawing

  /** The whole element is the surface: outside of its shadow, events don't tell which part they were on. */
  #trackPen() {
    this.#stopPen?.();
    this.#stopPen = null;
    if (this.hasAttribute('disabled') || this.#consent.isAsking) return;
    this.#stopPen = trackPen(this, {
      down: (point, pointer) => {
        this.#pointer = pointer;
        this.#penIsDown = true;
        this.#change(beginStroke(this.#drawing, point));
      },
      move: (points) => this.#penIsDown && this.#change(extendStroke(this.#drawing, points)),
      up: () => (this.#penIsDown = false),
      cancel: () => this.#penIsDown && this.undo(),
    });
  }

  /**
   * @param {readonly Stroke[]} strokes
   * @param {boolean} isOther another drawing
   */
  #replace(strokes, isOther) {
    this.#penIsDown = false;
    if (isOther) this.#showGuess(null);
    this.#change({ ...newDrawing(this.#drawing.number + (isOther ? 1 : 0)), strokes });
  }

  /** @param {import('../ink/drawing.js').Drawing} next */
  #change(next) {
    if (next === this.#drawing) return;
    this.#drawing = next;
    // Many pointer events come in one frame.
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#visible?.draw(this.strokes);
      this.#watching.show(this.#drawing);
    });
  }

  /** @param {Welcome} welcome */
  async #askConsent({ consent }) {
    if (!(await this.#consent.ask(consent.text))) return false;
    this.#contributing?.agree(consent.version);
    return true;
  }

  #language() {
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
