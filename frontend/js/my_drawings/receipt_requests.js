/** HTTP requests that a receipt authorizes: read, download, delete. */

import { useOf } from '../connection/protocol.js';
import { text } from '../ui/language/language.js';

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
/** @typedef {{readonly id: string, readonly state: 'kept' | 'deleted' | 'unknown', readonly filtered: boolean}} DrawingState */
/** @typedef {'deleted' | 'unknown' | 'later'} Deletion */

export const GONE = 410; // the drawing was deleted before
export const STATES_MAX = 64;

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
 * Asks what became of up to `STATES_MAX` drawings, without their strokes and pictures.
 * @param {readonly Ticket[]} tickets
 * @returns {Promise<readonly DrawingState[]>} in their order
 * @throws {NoAnswer}
 */
export async function states(tickets) {
  const receipts = tickets.map(({ id, receipt }) => ({ id, receipt }));
  const options = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ receipts }) };
  return (await (await answered('contributions/states', options)).json()).drawings;
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
  return answered(`contributions/${id}${rest}`, { method, headers: { Authorization: `Bearer ${receipt}` } });
}

/**
 * @param {string} address
 * @param {RequestInit} options
 */
async function answered(address, options) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new NoAnswer(text('mine.no-answer'), 0);
  }
  if (answer.ok) return answer;
  const error = await answer.json().catch(() => ({}));
  throw new NoAnswer(error.message ?? text('mine.answered', { status: String(answer.status) }), answer.status);
}
