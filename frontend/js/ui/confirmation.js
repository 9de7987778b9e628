/** Asks a question with two answers in place of the controls that led to it. */

import { element } from './dom.js';

/**
 * Asks once, and puts back what was there. Escape answers no, and so the safe answer has the focus.
 * @param {HTMLElement} place
 * @param {{readonly words: string, readonly yes: string, readonly no: string, readonly pauseMs?: number}} asked `pauseMs`:
 *   how long the answers are disabled, where the question appears under a finger that may press twice
 * @param {AbortSignal} [signal] withdraws the question, which then counts as answered with no
 * @returns {Promise<boolean>}
 */
export function ask(place, { words, yes, no, pauseMs = 0 }, signal) {
  const before = [...place.childNodes];
  const from = document.activeElement;
  const agree = element('button', { class: 'main' }, yes);
  const decline = element('button', {}, no);
  const question = element('div', { class: 'confirmation', role: 'group', 'aria-label': words }, element('span', {}, words), agree, decline);
  place.replaceChildren(question);
  const focus = () => {
    agree.disabled = decline.disabled = false;
    if (question.isConnected) decline.focus({ preventScroll: true });
  };
  agree.disabled = decline.disabled = pauseMs > 0;
  if (pauseMs > 0) setTimeout(focus, pauseMs);
  else focus();
  question.scrollIntoView({ block: 'nearest' }); // Done may have been a key, on a small screen
  return new Promise((resolve) => {
    /** @param {boolean} answer */
    const end = (answer) => {
      const hadFocus = question.contains(document.activeElement);
      place.replaceChildren(...before);
      if (hadFocus && from instanceof HTMLElement) from.focus();
      resolve(answer);
    };
    agree.addEventListener('click', () => end(true));
    decline.addEventListener('click', () => end(false));
    signal?.addEventListener('abort', () => end(false), { once: true });
    question.addEventListener('keydown', (event) => {
      if (event.repeat) event.preventDefault(); // a key that is held down has not answered
      if (event.key !== 'Escape') return;
      event.stopPropagation(); // it also empties the canvas
      end(false);
    });
  });
}
