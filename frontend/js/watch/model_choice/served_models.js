/** Keeps the served models and the visitor's choice, and names the chosen families in each connection's hello. */

import { answering } from './model_selection.js';

/** @typedef {import('../../connection/protocol.js').Model} Model */
/** @typedef {import('./model_selection.js').ModelChoice} ModelChoice */
/** @typedef {(families: readonly string[]) => string} Hello encodes the hello that names these families; none: the best */

export class ServedModels {
  /** @type {readonly Model[] | null} */ #models = null;
  /** @type {ModelChoice} */ #choice;
  /** @type {Model | null} */ #local = null;
  /** @type {string | null} */ #greeted = null; // this connection's last hello
  /** @type {(message: string) => boolean} */ #send;
  /** @type {Hello} */ #hello;

  /**
   * @param {ModelChoice} choice
   * @param {Hello} hello
   * @param {(message: string) => boolean} send
   */
  constructor(choice, hello, send) {
    this.#choice = choice;
    this.#hello = hello;
    this.#send = send;
  }

  get choice() {
    return this.#choice;
  }

  /** @returns {number | null} null before the service has answered */
  get count() {
    return this.#models && this.#models.length;
  }

  /** @returns {readonly Model[]} those of the service, best first */
  get all() {
    return this.#models ?? [];
  }

  /** @returns {readonly Model[]} those that can answer now, best first */
  get answering() {
    return this.#local ? [this.#local] : this.all;
  }

  /** @returns {readonly Model[]} the model that is shown first and the one that it is compared with */
  get chosen() {
    return answering(this.answering, this.#choice);
  }

  /** @param {Model | null} local the model that answers in place of the service's; null: they answer */
  setLocal(local) {
    this.#local = local;
  }

  /** Greets on a new connection. */
  opened() {
    this.#greeted = null;
    this.#greet();
  }

  /** @param {readonly Model[]} models best first */
  serve(models) {
    this.#models = models;
    this.#greet();
  }

  /** @param {ModelChoice} choice */
  choose(choice) {
    this.#choice = choice;
    if (this.#greeted !== null) this.#greet();
  }

  /**
   * Another set is wanted: its models are not known yet.
   * @param {ModelChoice} choice
   */
  chooseAnew(choice) {
    this.#models = null;
    this.choose(choice);
  }

  /** Greets again if the hello has changed, as by the visitor's consent; `anew`: also if not, for the service's latest figures. */
  identify(anew = false) {
    if (this.#greeted === null) return;
    if (anew) this.#greeted = '';
    this.#greet();
  }

  /** Names no family before the service has listed its own: a family chosen earlier may no longer be served. */
  #greet() {
    const named = this.#models && this.#greeted !== null && (this.#choice.family || this.#choice.compare) ? answering(this.all, this.#choice) : [];
    const hello = this.#hello(named.map(({ family }) => family));
    if (this.#greeted === hello) return;
    this.#greeted = hello;
    this.#send(hello);
  }
}
