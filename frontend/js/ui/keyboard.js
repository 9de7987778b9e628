/** Keys that do what the buttons do. */

/** @typedef {{readonly undo: () => void, readonly clear: () => void, readonly done: () => void, readonly skip: () => void}} Actions */

/**
 * Listens until the returned function is called; keys within fields and on buttons stay theirs.
 * @param {EventTarget} target
 * @param {() => boolean} drawable whether the sheet is seen: what can't be seen is not to be emptied
 * @param {Actions} actions
 * @returns {() => void}
 */
export function trackKeys(target, drawable, actions) {
  /** @param {Event} event */
  const press = (event) => {
    if (!(event instanceof KeyboardEvent) || event.repeat || !drawable()) return;
    const action = actionFor(event, actions);
    if (!action) return;
    event.preventDefault();
    action();
  };
  target.addEventListener('keydown', press);
  return () => target.removeEventListener('keydown', press);
}

/**
 * @param {KeyboardEvent} event
 * @param {Actions} actions
 */
function actionFor(event, { undo, clear, done, skip }) {
  const place = event.target instanceof Element ? event.target : document.body;
  if (place.closest('select, input, textarea')) return null;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !event.shiftKey) return undo;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === 'Backspace') return undo;
  if (event.key === 'Escape') return clear;
  if (event.key.toLowerCase() === 's') return skip;
  if (event.key === 'Enter' && !place.closest('button, a, summary')) return done;
  return null;
}
