/** Shows the state of the connection in a line of words. */

import { byId, setText } from './dom.js';
import { text } from './language/language.js';
import { stateWords } from './language/words.js';

/** @typedef {import('../connection/connection.js').Link} Link */

const LOOK_MS = 250; // between updates: figures that change faster can't be read

export class StateLine {
  #line = byId('state', HTMLElement);
  #announcement = byId('announcement', HTMLElement);
  /** @type {Link} */ #link = { phase: 'connecting' };
  /** @type {() => {readonly roundTrip: number | null, readonly served: number | null, readonly local: boolean, readonly away: boolean}} */ #known;

  /** @param {() => {readonly roundTrip: number | null, readonly served: number | null, readonly local: boolean, readonly away: boolean}} known called at each update */
  constructor(known) {
    this.#known = known;
    setInterval(() => this.#write(), LOOK_MS);
  }

  /** @param {Link} link */
  show(link) {
    this.#link = link;
    this.#write();
    // The line's figures change too often for a screen reader; a lost connection is announced once.
    if (link.phase === 'lost') setText(this.#announcement, text('state.lost'));
  }

  #write() {
    const known = this.#known();
    setText(this.#line, stateWords(this.#link, { now: performance.now(), ...known }));
    this.#line.dataset.phase = this.#link.phase;
    this.#line.toggleAttribute('data-local', known.local);
  }
}
