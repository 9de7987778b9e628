/** Computes how long to wait before reconnecting, and after which close codes to stop. No timers. */

const FIRST_MS = 500;
const LONGEST_MS = 15_000;
const RESTART_MS = 400; // at most: the service is back already; the jitter spreads its pages
// Not 1009, message too big: the outbox drops that message. Not 1001, which a browser reports for pages that it left.
const FINAL = [1000];
const NO_ANSWER = 1006; // nothing listens, or what listens is not the service: trying costs it nothing
const NEAR_MS = 1500; // between attempts while it may be back any moment, so that a page is live again within 2 s
const NEAR_ATTEMPTS = 50; // about a minute

/**
 * @param {number} attempt failed ones since the last that got through, from 0
 * @param {number} random from 0 to 1
 * @returns {number} ms: 0.5 s doubling to 15 s, a random part from half to whole of it
 */
export function retryDelay(attempt, random) {
  const whole = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  return Math.round(whole * (0.5 + random / 2));
}

/**
 * The wait before reconnecting after this close; null: do not reconnect.
 * @param {number} code of the close
 * @param {number} attempt
 * @param {number} random from 0 to 1
 * @returns {number | null} ms
 */
export function delayAfter(code, attempt, random) {
  if (FINAL.includes(code) || (code >= 4400 && code < 4500)) return null;
  if (code === 1012 && attempt === 0) return Math.round(RESTART_MS * random);
  const delay = retryDelay(attempt, random);
  return code === NO_ANSWER && attempt < NEAR_ATTEMPTS ? Math.min(delay, Math.round(NEAR_MS * (0.5 + random / 2))) : delay;
}
