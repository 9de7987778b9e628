/** Looks back at a drawing: scrubbed along the guess timeline by hand or arrow keys, or played at the drawing's own pace. */

import { inkLength } from '../../ink/geometry.js';
import { byId, setAttributes, setText } from '../../ui/dom.js';
import { text } from '../../ui/language/language.js';
import { inkBy, momentAt, paceOf, storyOf, timeOf } from './drawing_life.js';
import { GuessTimeline } from './guess_timeline.js';
import { knownWords, momentWords, storyWords } from './life_words.js';

/** @typedef {import('./drawing_life.js').Life} Life */

/** Steps along the drawing, as shares of its ink. @type {Readonly<Record<string, number>>} */
const STEPS = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02, PageDown: -0.1, PageUp: 0.1, Home: -1, End: 1 };
const NOW = 0.995; // share of the ink from which looking back ends

export class Replay {
  #slider = byId('guess-timeline', HTMLElement);
  #play = byId('play', HTMLButtonElement);
  #now = byId('now', HTMLButtonElement);
  #words = byId('life-words', HTMLElement);
  #timeline = new GuessTimeline(byId('curves', HTMLCanvasElement));
  /** @type {Life | null} */ #life = null;
  #resting = true;
  /** @type {number | null} */ #ink = null; // looked back at, px
  #frame = 0;
  /** @type {(ink: number | null) => void} */ #look;

  /** @param {(ink: number | null) => void} look at the drawing when it had this much ink; null: as it is now */
  constructor(look) {
    this.#look = look;
    this.#play.addEventListener('click', () => this.#togglePlay());
    this.#now.addEventListener('click', () => this.leave());
    this.#slider.addEventListener('keydown', (event) => this.#press(event));
    this.#slider.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !this.#canLookBack) return;
      this.#slider.setPointerCapture(event.pointerId);
      this.#scrub(event);
    });
    this.#slider.addEventListener('pointermove', (event) => {
      if (this.#slider.hasPointerCapture(event.pointerId)) this.#scrub(event);
    });
  }

  /** Ink px that is looked back at; null: now. */
  get ink() {
    return this.#ink;
  }

  /**
   * @param {Life | null} life
   * @param {boolean} resting whether the pen is up: the drawing's story is shown then
   */
  show(life, resting) {
    this.#life = life;
    this.#resting = resting;
    this.#draw();
  }

  /** Back to now. */
  leave() {
    this.#stop();
    if (this.#ink === null) return;
    this.#ink = null;
    this.#changed();
  }

  get #canLookBack() {
    return this.#life !== null && this.#life.moments.length > 0;
  }

  get #length() {
    return this.#life ? inkLength(this.#life.strokes) : 0;
  }

  /** @param {PointerEvent} event */
  #scrub(event) {
    this.#stop();
    this.#goTo(this.#timeline.inkAt(event.clientX - this.#slider.getBoundingClientRect().left));
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !this.#canLookBack) return;
    const step = STEPS[event.key];
    if (step !== undefined) {
      this.#stop();
      this.#goTo(Math.max((this.#ink ?? this.#length) + step * this.#length, 0));
    } else if (event.key === ' ') this.#togglePlay();
    else if (event.key === 'Escape' && this.#ink !== null) this.leave(); // the next Escape clears the canvas
    else return;
    event.preventDefault();
  }

  /** @param {number} ink px */
  #goTo(ink) {
    const next = ink >= NOW * this.#length ? null : ink;
    if (next === this.#ink) return;
    this.#ink = next;
    this.#changed();
  }

  #togglePlay() {
    if (this.#frame) this.#stop();
    else if (this.#life && this.#canLookBack) this.#start(this.#life);
    this.#draw();
  }

  /** @param {Life} life */
  #start({ strokes }) {
    const pace = paceOf(strokes);
    const begun = performance.now() - (this.#ink === null ? 0 : timeOf(pace, this.#ink));
    const step = () => {
      const ink = inkBy(pace, performance.now() - begun);
      if (ink === null) return this.leave();
      this.#frame = requestAnimationFrame(step);
      this.#ink = ink;
      this.#changed();
    };
    step();
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #changed() {
    this.#look(this.#ink);
    this.#draw();
  }

  #draw() {
    const life = this.#life;
    const length = this.#length;
    const moments = life?.moments ?? [];
    const story = this.#resting && life ? storyOf(life) : null;
    const share = this.#ink === null ? 1 : this.#ink / Math.max(length, 1);
    this.#timeline.draw({ moments, ink: length, turns: story?.turns ?? [], known: knownWords(story), at: this.#ink });
    const now = momentWords(share, momentAt(moments, this.#ink ?? length));
    setText(this.#words, this.#ink === null ? storyWords(story) : now);
    setText(this.#play, text(this.#frame ? 'life.pause' : 'life.play'));
    this.#play.disabled = this.#ink === null && !(this.#canLookBack && this.#resting);
    this.#now.hidden = this.#ink === null;
    setAttributes(this.#slider, {
      'aria-disabled': String(!this.#canLookBack),
      'aria-valuenow': String(Math.round(100 * share)),
      'aria-valuetext': this.#canLookBack ? now : text('life.nothing'),
      'data-moments': String(moments.length),
    });
    document.body.toggleAttribute('data-looks-back', this.#ink !== null);
  }
}
