/** Shows how the class that is asked for is drawn, where the set's definition has an example of it. */

import { contextOf, drawStrokes } from '../../ink/visible_canvas.js';
import { byId } from '../../ui/dom.js';
import { classIds, isDigits, setId } from '../../ui/language/symbols.js';

/** @typedef {{readonly width: number, readonly height: number, readonly strokes: readonly import('../../ink/geometry.js').Stroke[]}} Example */

const PICTURE_PX = 72;
const PEN_SHARE = 0.05; // of the picture's side

export class ClassExample {
  #canvas = byId('asked-example', HTMLCanvasElement);
  /** @type {Promise<ReadonlyMap<string, Example>> | null} */ #examples = null;
  #shown = '';

  /** @param {number | null} place the class that is asked for */
  show(place) {
    const id = isDigits || place === null ? '' : classIds()[place];
    if (id === this.#shown) return;
    this.#shown = id;
    this.#canvas.hidden = true;
    if (id !== '') void this.#draw(id);
  }

  /** @param {string} id */
  async #draw(id) {
    this.#examples ??= readExamples();
    const example = (await this.#examples).get(id);
    if (!example || id !== this.#shown) return;
    const side = Math.round(PICTURE_PX * devicePixelRatio);
    this.#canvas.width = this.#canvas.height = side;
    const context = contextOf(this.#canvas);
    const scale = side / Math.max(example.width, example.height);
    context.scale(scale, scale);
    context.strokeStyle = getComputedStyle(this.#canvas).color;
    drawStrokes(context, example.strokes, (PEN_SHARE * side) / scale);
    this.#canvas.hidden = false;
  }
}

/** @returns {Promise<ReadonlyMap<string, Example>>} by class; empty where they can't be read, for the prompt says enough */
async function readExamples() {
  try {
    const answer = await fetch(`sets/${setId}`);
    const { classes } = await answer.json();
    return new Map(classes.flatMap((/** @type {any} */ { id, example }) => (example ? [[id, example]] : [])));
  } catch {
    return new Map();
  }
}
