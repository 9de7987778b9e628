/** Limits sending to one unanswered snapshot for each encoding; the newest waits. No I/O. */

/** @typedef {{readonly inFlight: number, readonly sentAt: number} | undefined} Slot */
/** @typedef {Readonly<Record<string, Slot>>} Pace by encoding: the seq that is not answered yet and when it was sent */

const GIVEN_UP_MS = 2000; // an answer that never comes must not hold back all that follow

/** @type {Pace} */
export const IDLE = {};

/**
 * @param {Pace} pace
 * @param {string} encoding
 * @param {number} now ms
 */
export function maySend(pace, encoding, now) {
  const slot = pace[encoding];
  return slot === undefined || now - slot.sentAt > GIVEN_UP_MS;
}

/**
 * @param {Pace} pace
 * @param {string} encoding
 * @param {number} seq
 * @param {number} now ms
 * @returns {Pace}
 */
export function sent(pace, encoding, seq, now) {
  return { ...pace, [encoding]: { inFlight: seq, sentAt: now } };
}

/**
 * @param {Pace} pace
 * @param {number} seq that was answered, by a prediction or an error
 * @returns {{readonly pace: Pace, readonly sentAt: number | null}} `sentAt` of that snapshot, null for an older one
 */
export function answered(pace, seq) {
  const found = Object.entries(pace).find(([, slot]) => slot?.inFlight === seq);
  if (!found) return { pace, sentAt: null };
  return { pace: { ...pace, [found[0]]: undefined }, sentAt: found[1]?.sentAt ?? null };
}
