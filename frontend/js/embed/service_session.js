/** Reads an embedded canvas at the service that it names: greets, sends snapshots, and passes on what is answered. */

import { Connection } from '../connection/connection.js';
import { encodeHello } from '../connection/protocol.js';
import { ModelCanvas } from '../ink/canvas.js';
import { Pictures } from '../ink/snapshots/pictures.js';
import { ServedModels } from '../watch/model_choice/served_models.js';
import { Watching } from '../watch/watching.js';
import { EmbedContributing, withdrawConsent } from './embed_contributing.js';
import { languageCode } from './embed_words.js';

/** @typedef {import('../connection/connection.js').Link} Link */
/** @typedef {import('../connection/protocol.js').Prediction} Prediction */
/** @typedef {import('../connection/protocol.js').ServerMessage} ServerMessage */
/** @typedef {import('../connection/protocol.js').Welcome} Welcome */
/** @typedef {{readonly set: string | null, readonly family: string, readonly language: string, readonly contributes: boolean}} Wishes */
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
/**
 * @typedef {object} Listener
 * @property {() => Wishes} wishes
 * @property {(guess: Guess) => void} guessed
 * @property {(link: Link) => void} linked
 * @property {(code: string, reason: string) => void} refused the service answered an error
 */

const DIGITS = 'digits';
/** @type {Set<ServiceSession>} */
const sessions = new Set(); // of this page's canvases

export class ServiceSession {
  /** @type {Listener} */ #listener;
  #connection;
  #served;
  #watching = new Watching((frame) => this.#connection.send(frame), new Pictures());
  #contributing;
  /** @type {Welcome | null} */ #welcome = null; // of the wanted set
  /** @type {string | null} */ #home = null; // the set of the service's address
  /** @type {string | null} */ #set;
  #listening = new AbortController();
  #address;
  /** @type {readonly {readonly id: string}[]} */ #classes = []; // in the order of probabilities; none from a service without sets

  /**
   * @param {string} address of the websocket
   * @param {Listener} listener
   */
  constructor(address, listener) {
    this.#listener = listener;
    this.#address = address;
    this.#set = listener.wishes().set;
    const connection = new Connection(address, {
      opened: () => {
        this.#home = null;
        this.#served.opened();
      },
      received: (message) => this.#receive(message),
      resumed: () => this.#resume(),
      closed: () => {},
      changed: (link) => this.#follow(link),
      classes: () => this.#classes.length || undefined,
    });
    this.#connection = connection;
    const send = (/** @type {string} */ message) => connection.send(message);
    this.#contributing = new EmbedContributing(address, send, new ModelCanvas());
    this.#served = new ServedModels(this.#choice, (families) => this.#hello(families), send);
    connection.start();
    sessions.add(this);
    // Another tab agrees or withdraws.
    addEventListener('storage', () => this.#served.identify(), { signal: this.#listening.signal });
  }

  /** @param {string} why */
  stop(why) {
    sessions.delete(this);
    this.#listening.abort();
    this.#connection.stop();
    this.#contributing.end(why);
  }

  /** The terms of contributing; null before the service has answered. */
  get terms() {
    return this.#welcome && this.#welcome.consent;
  }

  /** Whether the visitor has agreed to the current terms. */
  get hasAgreed() {
    return this.#contributing.agreed?.version === this.terms?.version;
  }

  // What the canvas tells

  /** @param {import('../ink/drawing.js').Drawing} drawing */
  changed(drawing) {
    this.#connection.hurry(); // somebody draws
    this.#watching.show(drawing);
  }

  /** Another set or family is wanted. */
  choose() {
    const { set } = this.#listener.wishes();
    if (set === this.#set) return this.#served.choose(this.#choice);
    this.#set = set;
    this.#welcome = null;
    this.#watching.feed([], this.#choice);
    this.#served.chooseAnew(this.#choice);
  }

  /** The visitor agrees to the current terms. */
  agree() {
    if (this.terms) this.#contributing.agree(this.terms.version);
  }

  /** Forgets the visitor's consent and token; no canvas of the page sends the token any more. */
  withdraw() {
    withdrawConsent(this.#address);
    for (const session of sessions) session.#served.identify();
  }

  /**
   * @param {readonly import('../ink/geometry.js').Stroke[]} strokes
   * @param {number | string} label
   * @param {import('../ink/pen/pen.js').Pointer} pointer
   */
  give(strokes, label, pointer) {
    if (!this.#welcome) throw new Error('the service has not answered yet');
    this.#served.identify();
    return this.#contributing.give(strokes, { label, pointer, set: this.#listener.wishes().set }, this.#welcome.limits);
  }

  // The connection

  /** @param {readonly string[]} families */
  #hello(families) {
    const { set, language, contributes } = this.#listener.wishes();
    // Without consent the service does not learn who draws.
    const token = contributes ? this.#contributing.agreed?.token : null;
    return encodeHello(families, token ?? null, true, languageCode(language), set);
  }

  get #choice() {
    return { family: this.#listener.wishes().family, compare: '' };
  }

  #resume() {
    this.#watching.sendAgain();
    this.#contributing.resume();
  }

  /** @param {Link} link */
  #follow(link) {
    if (link.phase === 'ended') this.#contributing.end(link.reason || `closed with ${link.code}`);
    this.#listener.linked(link);
  }

  /** @param {ServerMessage} message */
  #receive(message) {
    switch (message.type) {
      case 'welcome':
        this.#classes = message.classes ?? [];
        if (!this.#isWanted(message)) return;
        this.#welcome = message;
        return this.#serve(message.models);
      case 'models':
        return this.#welcome ? this.#serve(message.models) : undefined;
      case 'classes':
        this.#classes = message.classes;
        return;
      case 'prediction':
        return this.#take(message);
      case 'error':
        this.#watching.fail(message.seq);
        this.#listener.refused(message.code, message.message);
        return console.warn(`midstroke-canvas: ${message.code}: ${message.message}`);
      case 'accepted':
        return this.#contributing.accepted(message);
      case 'refused':
        return this.#contributing.refused(message);
      default:
    }
  }

  /**
   * Whether it is of the wanted set: a connection's first welcome is of the set of its address, whatever is wanted, and one set
   * may still be served when another is wanted, or for ever when that does not exist.
   * @param {Welcome} welcome
   */
  #isWanted({ set = DIGITS }) {
    this.#home ??= set;
    return set === (this.#set ?? this.#home);
  }

  /** @param {readonly import('../connection/protocol.js').Model[]} models */
  #serve(models) {
    this.#served.serve(models);
    this.#watching.feed(this.#served.all, this.#served.choice);
  }

  /** @param {Prediction} prediction */
  #take(prediction) {
    if (!this.#watching.take(prediction) || !this.#welcome) return;
    const { probabilities, doubt, unsure, settled, family, model } = prediction;
    const confidence = Math.max(...probabilities);
    const place = probabilities.indexOf(confidence);
    const label = String(this.#classes[place]?.id ?? place);
    this.#listener.guessed({ label, confidence, probabilities, doubt, unsure, settled, family, model });
  }
}
