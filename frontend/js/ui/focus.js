/** Keeps the keyboard's focus where the visitor works: it leaves a control that was clicked, and is never lost. */

const CLICKED = 'a, button, summary, [role="button"]';
const CONTROLS = `${CLICKED}, select, input, textarea`;
const QUESTION = '.confirmation'; // its safe answer takes the focus, also after a click
const PLACES = '[tabindex="-1"]';
/** Attributes by which parts of the page are hidden or controls disabled. */
const HIDING = ['hidden', 'disabled', 'inert', 'open', 'data-mode', 'data-agreed', 'data-has-drawings'];

/**
 * After a pointer's click Enter means "Done" again and not the button once more; a control that was reached by keyboard
 * keeps the focus. Where the focused element is hidden, removed or disabled, the part of the page around it gets it.
 * @param {HTMLElement} main takes the focus where nothing nearer can; its tabindex is -1
 */
export function keepFocus(main) {
  const focus = new FocusKeeper(main);
  const capture = { capture: true };
  document.addEventListener('pointerdown', (event) => focus.pressed(event), capture);
  document.addEventListener('keydown', () => focus.typed(), capture);
  // Last: the control's own listener may move the focus.
  document.addEventListener('click', (event) => focus.clicked(event));
  document.addEventListener('change', (event) => focus.chosen(event));
  document.addEventListener('focusin', (event) => focus.arrived(event));
  // A link to a part of the page takes the focus from the link and gives it to nothing.
  addEventListener('hashchange', () => document.activeElement === document.body && focusOn(main));
  new MutationObserver((changes) => changes.some(mayHide) && focus.restore()).observe(document.body, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: HIDING,
  });
}

/** @param {MutationRecord} change texts change many times a second, and hide nothing */
function mayHide({ type, removedNodes }) {
  return type === 'attributes' || [...removedNodes].some((node) => node instanceof Element);
}

class FocusKeeper {
  /** @type {HTMLElement} */ #main;
  /** @type {readonly Element[]} the element that had the focus last, and what it lay in */ #path = [];
  #byPointer = false;

  /** @param {HTMLElement} main */
  constructor(main) {
    this.#main = main;
  }

  /** @param {PointerEvent} event */
  pressed({ target }) {
    this.#byPointer = true;
    // The canvas keeps the browser from doing this itself.
    if (!(target instanceof Element && target.closest(`${CONTROLS}, label`))) this.#leave(CONTROLS);
  }

  typed() {
    this.#byPointer = false;
  }

  /** @param {MouseEvent} event */
  clicked({ detail }) {
    // Keys, scripts and screen readers click without a count.
    if (detail > 0) this.#leave(CLICKED);
  }

  /** @param {Event} event */
  chosen({ target }) {
    if (this.#byPointer && target instanceof HTMLSelectElement) this.#leave('select');
  }

  /** @param {FocusEvent} event */
  arrived({ target }) {
    const path = [];
    for (let part = target instanceof Element ? target : null; part; part = part.parentElement) path.push(part);
    this.#path = path;
  }

  restore() {
    const [last, ...around] = this.#path;
    if (!last || last === this.#main || canHoldFocus(last)) return;
    const active = document.activeElement;
    if (active && active !== last && active !== document.body) return; // it was moved already
    focusOn(around.find((part) => part.matches(PLACES) && canHoldFocus(part)) ?? this.#main);
  }

  /** @param {string} controls */
  #leave(controls) {
    const active = document.activeElement;
    if (!active?.matches(controls) || active.closest(QUESTION)) return;
    focusOn(active.closest(PLACES) ?? this.#main);
  }
}

/** @param {Element} element */
function canHoldFocus(element) {
  return element.isConnected && !element.matches(':disabled') && element.getClientRects().length > 0;
}

/** @param {Element} element */
function focusOn(element) {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}
