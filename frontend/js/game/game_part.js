/** The game's view, which also replays drawings that addresses hold. Both are read by the page's own model: nothing is sent or stored. */

import { inkLength } from '../ink/geometry.js';
import { BadReplay, decodeReplay } from '../share/replay_code.js';
import { REPLAY } from '../share/replay_link.js';
import { ReplayPlayer } from '../share/replay_player.js';
import { byId, element, setText } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { isDigits } from '../ui/language/symbols.js';
import { leadingOf } from '../watch/predictions.js';
import { isRead, pointsFor, scoreOf, streakOf } from './game.js';
import { GameBoard } from './game_board.js';
import { resultParts } from './game_result.js';
import { ModelReader } from './model_reader.js';
import { Round } from './round.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./game.js').Game} Game */
/** @typedef {'rules' | 'playing' | 'result' | 'replay' | 'no-replay'} State of the view; its style sheet says which parts each shows */

const STILL = matchMedia('(prefers-reduced-motion: reduce)');

export class GamePart {
  #section = byId('game', HTMLElement);
  #title = element('h2', { id: 'game-title' });
  #task = element('p', { id: 'game-task', role: 'status' });
  #figures = element('p', { id: 'game-figures' });
  #read = element('p', { id: 'game-read' });
  #start = button('game.start', 'rules', () => void this.#begin());
  #again = button('game.again', 'result', () => void this.#begin());
  #result = element('section', { id: 'game-result', 'data-in': 'result' });
  #board = new GameBoard((strokes) => this.#looked(strokes));
  #round = new Round({ changed: (game) => this.#tell(game), ended: (game) => this.#end(game) });
  #player = new ReplayPlayer((until) => this.#board.show(until, this.#given));
  /** @type {readonly Stroke[]} */ #given = []; // the drawing of the address
  #reader;
  #visible = false;

  /** @param {() => Promise<import('../offline/softmax_model.js').SoftmaxModel | null>} load the page's own model; null where it can't be had */
  constructor(load) {
    this.#reader = new ModelReader(load);
    this.#start.className = 'main';
    this.#board.element.append(this.#start);
    const tools = element(
      'p',
      { class: 'buttons' },
      button('game.clear', 'playing', () => this.#board.put([])),
      button('game.skip', 'playing', () => this.#finish(0)),
      this.#again,
      button('game.play', 'replay', () => this.#player.play(this.#given)),
      link('game.own', '#watch', 'replay no-replay'),
      ...(isDigits ? [link('game.play-it', '#game', 'replay no-replay')] : []),
    );
    this.#section.replaceChildren(this.#title, this.#task, this.#figures, this.#board.element, this.#read, tools, this.#result);
  }

  /**
   * The view is shown or hidden, with this address.
   * @param {boolean} visible
   * @param {string} hash
   */
  setVisible(visible, hash) {
    this.#visible = visible;
    this.#round.stop();
    this.#player.stop();
    this.#board.setVisible(visible);
    if (!visible) return;
    this.#board.put([]);
    if (hash.startsWith(REPLAY)) this.#take(hash.slice(REPLAY.length));
    else this.#show('rules', text('game.rules'));
  }

  /** @param {string} code */
  #take(code) {
    try {
      const { label, strokes } = decodeReplay(code);
      this.#given = strokes;
      this.#show('replay', label === null ? text('game.replay') : text('game.replay-digit', { digit: String(label) }));
      setText(this.#figures, text('game.from-address'));
      this.#board.put(strokes);
      void this.#replay();
    } catch (error) {
      if (!(error instanceof BadReplay)) throw error;
      this.#show('no-replay', text('game.bad-replay'));
    }
  }

  async #replay() {
    const given = this.#given;
    if (isDigits) await this.#ready(); // the page's own model reads digits alone
    if (!this.#visible || given !== this.#given) return;
    if (STILL.matches) this.#board.put(given);
    else this.#player.play(given);
  }

  async #ready() {
    const ready = await this.#reader.ready();
    if (!ready) setText(this.#figures, text('game.no-model'));
    return ready;
  }

  async #begin() {
    if (!(await this.#ready()) || !this.#visible) return;
    this.#show('playing', '');
    this.#board.put([]);
    this.#round.begin();
    this.#board.focus();
  }

  /** @param {Game} game */
  #tell(game) {
    if (this.#round.asked !== null) setText(this.#task, text('game.draw', { digit: String(this.#round.asked) }));
    const seconds = Math.ceil(game.left / 1000);
    setText(this.#figures, text('game.figures', { seconds, points: scoreOf(game), streak: streakOf(game) }));
  }

  /** @param {number} points */
  #finish(points) {
    const { strokes } = this.#board;
    this.#board.put([]);
    this.#round.finish(strokes, points);
  }

  /** @param {Game} game */
  #end(game) {
    const words = text('game.result', { points: scoreOf(game), streak: streakOf(game) });
    this.#show('result', words);
    this.#result.replaceChildren(...resultParts(game, words));
    this.#again.focus();
  }

  /** Shows what the model reads. @param {readonly Stroke[]} strokes */
  #looked(strokes) {
    const probabilities = this.#reader.read(strokes);
    const leading = probabilities && leadingOf(probabilities);
    setText(this.#read, leading ? text('game.read', { digit: String(leading.digit), percent: Math.round(100 * leading.probability) }) : '');
    const ink = inkLength(strokes);
    const { asked } = this.#round;
    if (probabilities && asked !== null && isRead(probabilities, asked, ink)) this.#finish(pointsFor(ink));
  }

  /**
   * @param {State} state
   * @param {string} words
   */
  #show(state, words) {
    this.#section.dataset.state = state;
    for (const part of this.#section.querySelectorAll('[data-in]')) {
      part.toggleAttribute('hidden', !part.getAttribute('data-in')?.split(' ').includes(state));
    }
    this.#board.element.hidden = state === 'result' || state === 'no-replay';
    this.#board.setUse(state === 'playing' ? 'draw' : state === 'replay' ? 'show' : 'rest');
    setText(this.#title, text(state === 'replay' || state === 'no-replay' ? 'game.shared' : 'game.title'));
    setText(this.#task, words);
    setText(this.#figures, '');
    this.#result.replaceChildren();
  }
}

/**
 * @param {string} key of its text
 * @param {string} states of the view in which it is shown
 * @param {() => void} act
 */
function button(key, states, act) {
  const made = element('button', { type: 'button', 'data-in': states }, text(key));
  made.addEventListener('click', act);
  return made;
}

/**
 * @param {string} key of its text
 * @param {string} href
 * @param {string} states of the view in which it is shown
 */
function link(key, href, states) {
  return element('a', { href, 'data-in': states }, text(key));
}
