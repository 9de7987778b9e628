/** Keyboard shortcuts for the buttons below the canvas. */

/** @typedef {{readonly undo: () => void, readonly redo: () => boolean, readonly clear: () => void,
 *   readonly done: () => void, readonly skip: () => void}} Actions `redo` is false with nothing to redo: the key is the browser's then */
/** @typedef {Pick<KeyboardEvent, 'key' | 'code'>} Key */

const FIELDS = 'input, textarea, select, [contenteditable]:not([contenteditable="false"])';
const CONTROLS = 'a, button, label, summary, [role="button"]';

/**
 * Listens until the returned function is called. Fields keep all of their keys, buttons and links keep Enter.
 * @param {EventTarget} target
 * @param {() => boolean} canDraw whether the canvas is visible: what can't be seen must not be cleared
 * @param {Actions} actions
 * @returns {() => void}
 */
export function trackKeys(target, canDraw, actions) {
  /** @param {Event} event */
  const press = (event) => {
    if (!(event instanceof KeyboardEvent) || event.defaultPrevented || event.repeat || !canDraw()) return;
    const action = actionFor(event, event.target, actions);
    if (!action) return;
    if (action() !== false) event.preventDefault();
  };
  target.addEventListener('keydown', press);
  return () => target.removeEventListener('keydown', press);
}

/**
 * @param {KeyboardEvent} event
 * @param {EventTarget | null} target
 * @param {Actions} actions
 * @returns {(() => unknown) | null}
 */
function actionFor(event, target, { undo, redo, clear, done, skip }) {
  if (event.isComposing || isWithin(target, FIELDS)) return null;
  // AltGr types a character; on Windows it is reported as Ctrl+Alt.
  if (event.altKey || event.getModifierState('AltGraph')) return null;
  if (event.ctrlKey || event.metaKey) return stepFor(event, undo, redo);
  if (event.shiftKey) return null;
  if (event.key === 'Backspace') return undo;
  if (event.key === 'Escape') return clear;
  if (event.key === 'Enter') return isWithin(target, CONTROLS) ? null : done;
  return letterOf(event) === 's' ? skip : null;
}

/**
 * Ctrl+Z, or Cmd+Z, takes a step back, with Shift a step forward; so does Ctrl+Y, which is the history with Cmd. The
 * browser's other shortcuts with Ctrl or Cmd are its own.
 * @param {KeyboardEvent} event
 * @param {() => void} undo
 * @param {() => boolean} redo
 */
function stepFor(event, undo, redo) {
  if (event.ctrlKey && event.metaKey) return null;
  const letter = letterOf(event);
  if (letter === 'z') return event.shiftKey ? redo : undo;
  return letter === 'y' && event.ctrlKey && !event.shiftKey ? redo : null;
}

/**
 * @param {EventTarget | null} target
 * @param {string} selector
 */
function isWithin(target, selector) {
  return target instanceof Element && target.closest(selector) !== null;
}

/**
 * The Latin letter of a key, in lower case; empty where it has none. A Latin layout says itself where its letters are
 * (Z is where QWERTY has Y on QWERTZ, and W on AZERTY). In another script the letter is that of the key on QWERTY,
 * which is what such keyboards have printed beside their own.
 * @param {Key} pressed
 */
export function letterOf({ key, code }) {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  // Marks too: some keys of Indic layouts give a vowel sign.
  const isOtherScript = /^[\p{L}\p{M}]+$/u.test(key) && [...key].length <= 2 && !/\p{Script=Latin}/u.test(key);
  return isOtherScript ? (/^Key([A-Z])$/.exec(code)?.[1].toLowerCase() ?? '') : '';
}
