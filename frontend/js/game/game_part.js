/** The game, and drawings that an address replays. Both are read by the page's own model: nothing is sent or stored. */

import { beginStroke, extendStroke, newDrawing } from '../ink/drawing.js';
import { SIDE, cutAtInk, inkLength } from '../ink/geometry.js';
import { KeyPen } from '../ink/pen/key_pen.js';
import { trackPen } from '../ink/pen/pen.js';
import { Pictures } from '../ink/snapshots/pictures.js';
import { VisibleCanvas, contextOf, drawStrokes } from '../ink/visible_canvas.js';
import { byId, element, save, setText } from '../ui/dom.js';
import { text } from '../ui/language/language.js';
import { inkBy, paceOf } from '../watch/life/drawing_life.js';
import { leadingOf } from '../watch/predictions.js';
import { askedIn, finishTurn, isRead, newGame, pass, pointsFor, scoreOf, streakOf } from './game.js';
import { BadReplay, decodeReplay, encodeReplay } from './replay_code.js';
import { animationOf, pictureOf } from './share.js';

/** @typedef {import('../offline/softmax_model.js').SoftmaxModel} SoftmaxModel */
/** @typedef {import('../ink/geometry.js').Stroke} Stroke */
/** @typedef {import('./game.js').Turn} Turn */

const TICK_MS = 100;
const TURN_PX = 160; // a side of a drawing in the result
const REPLAY = '#replay=';
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

export class GamePart {
  #section = byId('game', HTMLElement);
  #sheet = element('canvas', { id: 'game-sheet', role: 'application', tabindex: '0', 'aria-label': text('game.sheet'), 'aria-describedby': 'key-pen-words' });
  #cursor = element('span', { id: 'game-pen', 'aria-hidden': 'true', hidden: '' });
  #task = element('p', { id: 'game-task', role: 'status' });
  #figures = element('p', { id: 'game-figures' });
  #read = element('p', { id: 'game-read' });
  #start = button('game.start', () => this.#begin());
  #clear = button('game.clear', () => this.#put([]));
  #skip = button('game.skip', () => this.#finish(0));
  #play = button('game.play', () => this.#replay());
  #toGame = element('a', { href: '#game' }, text('game.title'));
  #result = element('section', { id: 'game-result' });
  #canvas;
  /** @type {import('../ink/pen/pen.js').Pen} */ #pen;
  #stopPen = () => {};
  #pictures = new Pictures();
  #drawing = newDrawing(1);
  /** @type {import('./game.js').Game | null} */ #game = null;
  /** @type {readonly Stroke[] | null} from the address */ #given = null;
  /** @type {() => Promise<SoftmaxModel | null>} */ #load;
  /** @type {SoftmaxModel | null} */ #model = null;
  #visible = false;
  #penIsDown = false;
  #frame = 0;
  #timer = 0;
  #tickAt = 0;

  /** @param {() => Promise<SoftmaxModel | null>} load the page's own model; null where it can't be had */
  constructor(load) {
    this.#load = load;
    const board = element('div', { id: 'game-board' }, this.#sheet, this.#cursor);
    const tools = element('p', { class: 'buttons' }, this.#start, this.#clear, this.#skip, this.#play, this.#toGame);
    const title = element('h2', { id: 'game-title' }, text('game.title'));
    this.#section.replaceChildren(title, this.#task, this.#figures, board, this.#read, tools, this.#result);
    this.#canvas = new VisibleCanvas(this.#sheet);
    this.#pen = {
      down: (/** @type {import('../ink/geometry.js').Point} */ point) => this.#down(point),
      move: (/** @type {readonly import('../ink/geometry.js').Point[]} */ points) => {
        if (this.#penIsDown) this.#change(extendStroke(this.#drawing, points));
      },
      up: () => void (this.#penIsDown = false),
      cancel: () => this.#put([]),
    };
    new KeyPen(this.#sheet, this.#pen, () => this.#penIsDown, { cursor: (place, isDown) => this.#showPen(place, isDown), tell: () => {} });
  }

  /**
   * The view is shown or hidden, with this address.
   * @param {boolean} visible
   * @param {string} hash
   */
  setVisible(visible, hash) {
    this.#visible = visible;
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#stopPen();
    if (!visible) return;
    this.#stopPen = trackPen(this.#sheet, this.#pen);
    this.#game = null;
    this.#result.replaceChildren();
    this.#given = null;
    this.#put([]);
    if (hash.startsWith(REPLAY)) this.#take(hash.slice(REPLAY.length));
    else this.#invite();
  }

  #invite() {
    this.#show({ playing: false, replay: false });
    setText(this.#task, text('game.rules'));
    setText(this.#figures, '');
  }

  /** @param {string} code */
  #take(code) {
    this.#show({ playing: false, replay: true });
    setText(this.#figures, text('game.from-address'));
    try {
      const { label, strokes } = decodeReplay(code);
      this.#given = strokes;
      setText(this.#task, text('game.replay', { digit: String(label) }));
      this.#put(strokes);
      void this.#ready().then(() => (STILL.matches ? this.#look() : this.#replay()));
    } catch (error) {
      if (!(error instanceof BadReplay)) throw error;
      this.#play.hidden = true;
      setText(this.#task, text('game.bad-replay'));
    }
  }

  async #ready() {
    this.#model ??= await this.#load();
    if (!this.#model) setText(this.#task, text('game.no-model'));
    return this.#model !== null;
  }

  async #begin() {
    if (!(await this.#ready()) || !this.#visible) return;
    this.#result.replaceChildren();
    this.#game = newGame(Math.random);
    this.#show({ playing: true, replay: false });
    this.#put([]);
    this.#tickAt = performance.now();
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#tell();
    this.#sheet.focus({ preventScroll: true });
  }

  #tick() {
    const now = performance.now();
    if (!this.#game) return;
    this.#game = pass(this.#game, now - this.#tickAt);
    this.#tickAt = now;
    this.#tell();
    if (askedIn(this.#game) === null) this.#end();
  }

  #tell() {
    if (!this.#game) return;
    const asked = askedIn(this.#game);
    if (asked !== null) setText(this.#task, text('game.draw', { digit: String(asked) }));
    const seconds = Math.ceil(this.#game.left / 1000);
    setText(this.#figures, text('game.figures', { seconds, points: scoreOf(this.#game), streak: streakOf(this.#game) }));
  }

  /** @param {number} points */
  #finish(points) {
    if (!this.#game) return;
    this.#game = finishTurn(this.#game, this.#drawing.strokes, points);
    this.#penIsDown = false; // the next digit begins with a new stroke
    this.#put([]);
    this.#tell();
    if (askedIn(this.#game) === null) this.#end();
  }

  #end() {
    clearInterval(this.#timer);
    const game = this.#game;
    this.#game = null;
    if (!game) return;
    this.#show({ playing: false, replay: false });
    const words = text('game.result', { points: scoreOf(game), streak: streakOf(game) });
    setText(this.#task, words);
    setText(this.#figures, '');
    const drawn = game.turns.filter(({ strokes }) => strokes.length > 0);
    const best = drawn.filter(({ points }) => points > 0).sort((a, b) => b.points - a.points)[0];
    const saves = [
      button('game.save-picture', () => void pictureOf(drawn, `Midstroke: ${words}`).then((png) => keep(png, 'midstroke-game.png'))),
      button('game.save-animation', () => void animationOf(drawn).then((png) => keep(png, 'midstroke-game-animated.png'))),
    ];
    this.#result.replaceChildren(
      element('ol', {}, ...game.turns.map(turnItem)),
      ...(drawn.length ? [element('p', { class: 'buttons' }, ...saves)] : []),
      ...(best ? [linkParts(best)] : []),
    );
    this.#start.focus();
  }

  #replay() {
    const strokes = this.#given;
    if (!strokes || !this.#visible) return;
    cancelAnimationFrame(this.#frame);
    const pace = paceOf(strokes);
    const whole = Math.max(inkLength(strokes), 1);
    const begun = performance.now();
    const step = () => {
      const ink = inkBy(pace, performance.now() - begun);
      this.#drawing = { ...this.#drawing, strokes: ink === null ? strokes : cutAtInk(strokes, Math.max(ink / whole, 0.001)) };
      this.#look();
      this.#frame = ink === null ? 0 : requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** @param {import('../ink/geometry.js').Point} point */
  #down(point) {
    if (!this.#visible || !this.#game) return;
    this.#penIsDown = true;
    this.#change(beginStroke(this.#drawing, point));
  }

  /** @param {readonly Stroke[]} strokes */
  #put(strokes) {
    this.#penIsDown = false;
    this.#change({ ...newDrawing(this.#drawing.number + 1), strokes });
  }

  /** @param {import('../ink/drawing.js').Drawing} next */
  #change(next) {
    this.#drawing = next;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#look();
    });
  }

  /** Shows the drawing and what the model reads. */
  #look() {
    const { strokes } = this.#drawing;
    this.#canvas.draw(strokes, this.#given ?? []);
    if (strokes.length === 0 || !this.#model) return setText(this.#read, '');
    const contract = this.#model.header.contract === 'ink20/2' ? 'ink20/2' : 'ink20';
    const { probabilities } = this.#model.predict(this.#pictures.payload(contract, strokes));
    const leading = leadingOf(probabilities);
    setText(this.#read, leading ? text('game.read', { digit: String(leading.digit), percent: Math.round(100 * leading.probability) }) : '');
    const asked = this.#game && askedIn(this.#game);
    const ink = inkLength(strokes);
    if (asked !== null && isRead(probabilities, asked, ink)) this.#finish(pointsFor(ink));
  }

  /** @param {{readonly playing: boolean, readonly replay: boolean}} state */
  #show({ playing, replay }) {
    this.#section.toggleAttribute('data-playing', playing);
    this.#start.hidden = playing || replay;
    this.#clear.hidden = this.#skip.hidden = !playing;
    this.#play.hidden = this.#toGame.hidden = !replay;
  }

  /**
   * @param {import('../ink/pen/key_pen.js').Place | null} place
   * @param {boolean} isDown
   */
  #showPen(place, isDown) {
    this.#cursor.hidden = place === null;
    this.#cursor.toggleAttribute('data-down', isDown);
    if (place) [this.#cursor.style.left, this.#cursor.style.top] = place.map((px) => `${(100 * px) / SIDE}%`);
  }
}

/**
 * @param {string} key of its text
 * @param {() => void} act
 */
function button(key, act) {
  const made = element('button', { type: 'button' }, text(key));
  made.addEventListener('click', act);
  return made;
}

/** @param {Turn} turn */
function turnItem({ digit, points, strokes }) {
  const canvas = element('canvas', { 'aria-hidden': 'true' });
  const words = points > 0 ? text('game.turn', { digit: String(digit), points }) : text('game.turn-passed', { digit: String(digit) });
  const item = element('li', {}, canvas, element('span', {}, words));
  canvas.width = canvas.height = TURN_PX;
  const context = contextOf(canvas);
  context.scale(TURN_PX / SIDE, TURN_PX / SIDE);
  context.strokeStyle = getComputedStyle(document.body).color;
  context.fillStyle = context.strokeStyle;
  drawStrokes(context, strokes);
  return item;
}

/** The link to the best drawing, to copy. @param {Turn} turn */
function linkParts({ digit, strokes }) {
  const address = new URL(location.href);
  address.hash = `replay=${encodeReplay({ label: digit, strokes })}`;
  const field = element('input', { id: 'game-link', readonly: '', value: address.href, 'aria-label': text('game.link') });
  field.addEventListener('focus', () => field.select());
  const copied = element('span', { role: 'status' });
  const copy = button('game.copy', () => {
    field.select();
    // Without https there is no clipboard; the field is selected, to copy by hand.
    navigator.clipboard?.writeText(address.href).then(() => setText(copied, text('game.copied')), () => {});
  });
  return element('div', { class: 'link' }, element('p', {}, text('game.link')), field, copy, copied);
}

/**
 * @param {Uint8Array} png
 * @param {string} name
 */
function keep(png, name) {
  save(new Blob([new Uint8Array(png)], { type: 'image/png' }), name);
}
