/** The state line: how the connection stands, where the eye already is. */

import { byId, setText } from './dom.js';
import { stateWords } from './words.js';

/** @typedef {import('../connection/connection.js').Link} Link */

const LOOK_MS = 250; // between two looks at it: figures that change faster can't be read
const LOST = 'connection lost; your drawing is kept';

export class StateLine {
  #line = byId('state', HTMLElement);
  #spoken = byId('announcement', HTMLElement);
  /** @type {Link} */ #link = { phase: 'connecting' };
  /** @type {() => {readonly roundTrip: number | null, readonly served: number | null}} */ #known;

  /** @param {() => {readonly roundTrip: number | null, readonly served: number | null}} known asked at each look */
  constructor(known) {
    this.#known = known;
    setInterval(() => this.#write(), LOOK_MS);
  }

  /** @param {Link} link */
  show(link) {
    this.#link = link;
    this.#write();
    // The line's figures change too often to be read out; that the connection is gone is said once.
    if (link.phase === 'lost') setText(this.#spoken, LOST);
  }

  #write() {
    setText(this.#line, stateWords(this.#link, { now: performance.now(), ...this.#known() }));
    this.#line.dataset.phase = this.#link.phase;
  }
}
