/** Plays a drawing at its own pace, once. */

import { cutAtInk, inkLength } from '../ink/geometry.js';
import { inkBy, paceOf } from '../watch/life/drawing_life.js';

/** @typedef {import('../ink/geometry.js').Stroke} Stroke */

export class ReplayPlayer {
  /** @type {(until: readonly Stroke[]) => void} */ #show;
  #frame = 0;

  /** @param {(until: readonly Stroke[]) => void} show what was drawn by then, once a frame; the whole drawing last */
  constructor(show) {
    this.#show = show;
  }

  /** From the beginning. @param {readonly Stroke[]} strokes at least one */
  play(strokes) {
    this.stop();
    const pace = paceOf(strokes);
    const whole = Math.max(inkLength(strokes), 1);
    const begun = performance.now();
    const step = () => {
      const ink = inkBy(pace, performance.now() - begun);
      this.#frame = ink === null ? 0 : requestAnimationFrame(step);
      this.#show(ink === null ? strokes : cutAtInk(strokes, Math.max(ink / whole, 0.001)));
    };
    this.#frame = requestAnimationFrame(step);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
