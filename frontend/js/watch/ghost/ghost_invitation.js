/** Shows the ghost hand until the visitor's first touch. Its code and drawings are loaded once the page has been painted. */

/** @typedef {import('./ghost.js').Ghost} Ghost */
/** @typedef {import('./ghost.js').Shown} Shown */

const AFTER_MS = 300; // what the visitor can use comes first

export class GhostInvitation {
  /** @type {Shown} */ #shown;
  /** @type {Ghost | null} */ #ghost = null;
  #isOver = false;
  #isWanted = false;
  #timer = 0;

  /** @param {Shown} shown */
  constructor(shown) {
    this.#shown = shown;
  }

  /** @param {boolean} isWanted whether the empty canvas is seen */
  show(isWanted) {
    this.#isWanted = isWanted && !this.#isOver;
    if (this.#ghost) this.#ghost.show(this.#isWanted);
    else if (this.#isWanted) this.#timer ||= setTimeout(() => void this.#load(), AFTER_MS);
  }

  /** The visitor draws: the ghost is gone at once, for good. */
  end() {
    if (this.#isOver) return;
    this.#isOver = true;
    this.show(false);
  }

  async #load() {
    try {
      const { Ghost, readGhost } = await import('./ghost.js');
      this.#ghost = new Ghost(await readGhost(), this.#shown);
      this.#ghost.show(this.#isWanted);
    } catch {
      this.#timer = 0; // the next visit of the empty canvas tries again
      // Without a network there is no ghost; the invitation says in words what to do.
    }
  }
}
