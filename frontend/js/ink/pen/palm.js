/** Tells the palm of a writing hand from a finger. */

const AFTER_PEN_MS = 3000; // a touch this soon after a pen's last event is the palm that comes to rest beside it
const HOVER_MS = 10_000; // a hand keeps no pen still for longer; a pen left lying on the screen must not lock fingers out
const PALM_PX = 80; // CSS px: a contact this wide is no finger's

export class PalmDetector {
  #penAt = -Infinity;
  #penHovers = false;

  /** Whether this page has seen a pen: touches may be palms at any time from then on. */
  get hasSeenPen() {
    return this.#penAt > -Infinity;
  }

  /** @param {PointerEvent} event of any pointer */
  note({ type, pointerType, buttons, timeStamp }) {
    if (pointerType !== 'pen') return;
    this.#penAt = timeStamp;
    this.#penHovers = type === 'pointermove' && buttons === 0;
  }

  /** @param {PointerEvent} event */
  isPalm(event) {
    return event.pointerType === 'touch' && (isWide(event) || this.#isNearPen(event.timeStamp));
  }

  /** @param {number} now ms */
  #isNearPen(now) {
    return now - this.#penAt < (this.#penHovers ? HOVER_MS : AFTER_PEN_MS);
  }
}

/** @param {PointerEvent} event */
export function isWide({ pointerType, width, height }) {
  return pointerType === 'touch' && Math.max(width, height) >= PALM_PX;
}
