/** Snapshots that show the canvas, as frames carry them. Models that read the pen's path need none of this. */

import { ModelCanvas } from '../canvas.js';
import { toInk20Second } from './ink20_2.js';
import { toCanvas20, toInk20 } from './snapshot.js';

/** @typedef {import('../../connection/protocol.js').Encoding} Encoding */
/** @typedef {import('../geometry.js').Stroke} Stroke */

export class Pictures {
  #canvas = new ModelCanvas();

  /**
   * @param {Exclude<Encoding, 'path48'>} encoding
   * @param {readonly Stroke[]} strokes
   */
  payload(encoding, strokes) {
    this.#canvas.draw(strokes);
    const canvas = this.#canvas.read(strokes);
    if (encoding === 'ink20/2') return toInk20Second(canvas);
    return encoding === 'ink20' ? toInk20(canvas) : toCanvas20(canvas);
  }
}
