/** A game that is being played: the rules of `game.js` and a clock. No elements. */

import { askedIn, finishTurn, newGame, pass } from './game.js';

/** @typedef {import('./game.js').Game} Game */
/**
 * @typedef {object} Listener
 * @property {(game: Game) => void} changed the time, the points or the digit that is asked for
 * @property {(game: Game) => void} ended after its last change
 */

const TICK_MS = 100;

export class Round {
  /** @type {Game | null} */ #game = null;
  #timer = 0;
  #tickAt = 0;
  /** @type {Listener} */ #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
  }

  /** The digit that is asked for; null while no game is played. */
  get asked() {
    return this.#game && askedIn(this.#game);
  }

  begin() {
    this.stop();
    this.#tickAt = performance.now();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#change(newGame(Math.random));
  }

  /** Gives the game up. */
  stop() {
    clearInterval(this.#timer);
    this.#game = null;
  }

  /**
   * The digit that is asked for was read, or is passed over.
   * @param {readonly import('../ink/geometry.js').Stroke[]} strokes
   * @param {number} points 0: passed over
   */
  finish(strokes, points) {
    if (this.#game) this.#change(finishTurn(this.#game, strokes, points));
  }

  #tick() {
    const now = performance.now();
    if (this.#game) this.#change(pass(this.#game, now - this.#tickAt));
    this.#tickAt = now;
  }

  /** @param {Game} game */
  #change(game) {
    this.#game = game;
    this.#listener.changed(game);
    if (askedIn(game) !== null) return;
    this.stop();
    this.#listener.ended(game);
  }
}
