/** Keyboard shortcuts for the buttons below the canvas. */

/** @typedef {{readonly undo: () => void, readonly clear: () => void, readonly done: () => void, readonly skip: () => void}} Actions */
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
    event.preventDefault();
    action();
  };
  target.addEventListener('keydown', press);
  return () => target.removeEventListener('keydown', press);
}

/**
 * @param {KeyboardEvent} event
 * @param {EventTarget | null} target
 * @param {Actions} actions
 */
function actionFor(event, target, { undo, clear, done, skip }) {
  if (event.isComposing || isWithin(target, FIELDS)) return null;
  // AltGr types a character; on Windows it is reported as Ctrl+Alt.
  if (event.altKey || event.shiftKey || event.getModifierState('AltGraph')) return null;
  // The browser's other shortcuts with Ctrl or Cmd are its own.
  if (event.ctrlKey || event.metaKey) return letterOf(event) === 'z' && !(event.ctrlKey && event.metaKey) ? undo : null;
  if (event.key === 'Backspace') return undo;
  if (event.key === 'Escape') return clear;
  if (event.key === 'Enter') return isWithin(target, CONTROLS) ? null : done;
  return letterOf(event) === 's' ? skip : null;
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
