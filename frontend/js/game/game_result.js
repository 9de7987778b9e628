/** Shows how a game went: each digit as it was drawn, and what can be shared of them. */

import { SIDE } from '../ink/geometry.js';
import { contextOf, drawStrokes } from '../ink/visible_canvas.js';
import { animationOf, pictureOf } from '../share/drawing_files.js';
import { replayLink } from '../share/replay_link.js';
import { shareControls } from '../share/share_controls.js';
import { element } from '../ui/dom.js';
import { text } from '../ui/language/language.js';

/** @typedef {import('./game.js').Game} Game */
/** @typedef {import('./game.js').Turn} Turn */

const TURN_PX = 160; // a side of a drawing

/**
 * @param {Game} game that has ended
 * @param {string} words the result in words, for its picture
 * @returns {readonly HTMLElement[]}
 */
export function resultParts({ turns }, words) {
  const list = element('ol', {}, ...turns.map(turnItem));
  const drawn = turns.filter(({ strokes }) => strokes.length > 0).map((turn) => ({ ...turn, faint: turn.points === 0 }));
  if (drawn.length === 0) return [list];
  const best = bestOf(turns);
  const link = best && {
    id: 'game-link',
    address: replayLink({ label: best.digit, strokes: best.strokes }, location.href),
    words: text('game.link'),
  };
  const controls = shareControls({
    name: 'midstroke-game',
    link,
    picture: () => pictureOf(drawn, `Midstroke: ${words}`),
    animation: () => animationOf(drawn),
  });
  return [list, ...(best ? [element('p', { class: 'link-words' }, text('game.link'))] : []), controls];
}

/**
 * The turn with the most points; null where no digit was read.
 * @param {readonly Turn[]} turns
 * @returns {Turn | null}
 */
export function bestOf(turns) {
  return turns.filter(({ points }) => points > 0).reduce((best, turn) => (best && best.points >= turn.points ? best : turn), /** @type {Turn | null} */ (null));
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
  drawStrokes(context, strokes);
  return item;
}
