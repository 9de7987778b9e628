/** HTTP requests that a receipt authorizes: read, download, delete. */

import { useOf } from '../connection/protocol.js';
import { text } from '../ui/language.js';

/** @typedef {{readonly id: string, readonly receipt: string}} Ticket */
/**
 * @typedef {object} StoredRecord the drawing's record in the service
 * @property {string} drawing
 * @property {number} label
 * @property {string} contributor
 * @property {import('../connection/protocol.js').Use} use
 * @property {string} received_at
 * @property {string} consent
 * @property {string} licence
 * @property {number} width
 * @property {number} height
 * @property {number} pen_width
 * @property {string} pointer
 * @property {readonly (readonly (readonly number[])[])[]} strokes
 * @property {readonly {readonly ink: number}[]} samples
 */
/** @typedef {{readonly drawing: StoredRecord, readonly pngs: readonly string[], readonly terms: string, readonly filtered?: boolean}} Kept */
/** @typedef {'deleted' | 'unknown' | 'later'} Deletion */

export const GONE = 410; // the drawing was deleted before

/** The request failed; `status` is 0 if there was no answer. */
export class NoAnswer extends Error {
  /**
   * @param {string} message
   * @param {number} status
   */
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/**
 * @param {Ticket} ticket
 * @returns {Promise<Kept>}
 * @throws {NoAnswer}
 */
export async function see(ticket) {
  const stored = await (await ask(ticket, 'GET', '')).json();
  return { ...stored, drawing: { ...stored.drawing, use: useOf(stored.drawing.use) } };
}

/**
 * @param {Ticket} ticket
 * @returns {Promise<Blob>} a zip file
 * @throws {NoAnswer}
 */
export async function download(ticket) {
  return (await ask(ticket, 'GET', '/archive')).blob();
}

/**
 * Deletes for good; `later` means that it has to be tried again.
 * @param {Ticket} ticket
 * @returns {Promise<Deletion>}
 */
export async function remove(ticket) {
  try {
    await ask(ticket, 'DELETE', '');
    return 'deleted';
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    if (error.status === GONE) return 'deleted';
    return error.status === 404 ? 'unknown' : 'later';
  }
}

/**
 * @param {Ticket} ticket
 * @param {string} method
 * @param {string} rest of the path
 */
async function ask({ id, receipt }, method, rest) {
  // In a header: addresses are what servers and proxies write into their logs.
  const options = { method, headers: { Authorization: `Bearer ${receipt}` } };
  let answer;
  try {
    answer = await fetch(`contributions/${id}${rest}`, options);
  } catch {
    throw new NoAnswer(text('mine.no-answer'), 0);
  }
  if (answer.ok) return answer;
  const error = await answer.json().catch(() => ({}));
  throw new NoAnswer(error.message ?? text('mine.answered', { status: String(answer.status) }), answer.status);
}
