/** Keeps one websocket open and reconnects when it is lost. Messages are the business of `protocol.js` and the caller. */

import { delayAfter } from './backoff.js';
import { SUBPROTOCOL, decodeMessage, encodePing } from './protocol.js';

/** @typedef {import('./protocol.js').ServerMessage} ServerMessage */
/**
 * @typedef {{readonly phase: 'connecting'} | {readonly phase: 'open'} |
 *   {readonly phase: 'lost', readonly retryAt: number} |
 *   {readonly phase: 'ended', readonly code: number, readonly reason: string}} Link
 */
/**
 * @typedef {object} Listener
 * @property {() => void} opened say hello now
 * @property {(message: ServerMessage) => void} received
 * @property {() => void} resumed after a connection's first welcome: what the former one lost can be sent again
 * @property {(code: number) => void} closed the socket closed with this code
 * @property {(link: Link) => void} changed
 * @property {() => number | undefined} [classes] of the set, where it may not be the page's
 */

const PING_MS = 10_000;
const HURRIED_MS = 1000;
const PROBE_MS = 3000; // for the answer to a ping on a connection that seems dead
const OPENING_MS = 10_000; // browsers wait minutes for a network that swallows everything

/**
 * The websocket's address beside the page's own, so that it works under any path prefix.
 * @param {string} page
 * @returns {string}
 */
export function socketAddress(page) {
  const address = new URL('ws', page);
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  address.search = '';
  address.hash = '';
  return address.href;
}

export class Connection {
  /** @type {WebSocket | null} */ #socket = null;
  /** @type {Listener} */ #listener;
  /** @type {string} */ #url;
  #attempt = 0;
  #welcomed = false;
  #unanswered = false; // nothing has come since the last ping
  #timer = 0;
  #retryAt = 0;
  #pinger = 0;
  #listening = new AbortController();

  /**
   * @param {string} url
   * @param {Listener} listener
   */
  constructor(url, listener) {
    this.#url = url;
    this.#listener = listener;
  }

  /** Connects, and reconnects from then on. */
  start() {
    const { signal } = this.#listening;
    addEventListener('online', () => this.#retryNow(), { signal });
    addEventListener('pageshow', () => this.#retryNow(), { signal }); // back from the browser's cache, where sockets don't live
    this.#pinger = setInterval(() => this.#ping(), PING_MS);
    this.#connect();
  }

  /** Closes the connection for good, without telling the listener. */
  stop() {
    this.#listening.abort();
    clearInterval(this.#pinger);
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(1000);
  }

  /** Whether the service has answered on this connection. */
  get isWelcomed() {
    return this.#welcomed;
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /**
   * Sends, where there is a connection.
   * @param {string | Uint8Array<ArrayBuffer>} message
   * @returns {boolean} whether it was sent
   */
  send(message) {
    if (!this.isOpen) return false;
    this.#socket?.send(message);
    return true;
  }

  /** Tries again within a second, however long ago the connection was lost: somebody draws. */
  hurry() {
    if (this.#socket || !this.#timer || this.#retryAt - performance.now() <= HURRIED_MS) return;
    clearTimeout(this.#timer);
    this.#retryIn(HURRIED_MS);
  }

  /** Gives up a connection that doesn't answer a ping soon: its frames were not answered. */
  probe() {
    const socket = this.#socket;
    if (!socket || !this.isOpen) return;
    this.#unanswered = true;
    this.send(encodePing(Math.round(performance.now())));
    setTimeout(() => socket === this.#socket && this.#unanswered && this.#abandon(), PROBE_MS);
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#listener.changed({ phase: 'connecting' });
    let socket;
    try {
      socket = new WebSocket(this.#url, SUBPROTOCOL);
    } catch (error) {
      return this.#end(0, `${error}`); // an address that this page may not use, such as ws: on https
    }
    this.#socket = socket;
    this.#welcomed = this.#unanswered = false;
    socket.onopen = () => this.#open();
    socket.onmessage = (event) => this.#receive(event);
    socket.onclose = (event) => this.#lose(event.code, event.reason);
    this.#timer = setTimeout(() => socket.readyState === WebSocket.CONNECTING && this.#abandon(), OPENING_MS);
  }

  #open() {
    this.#listener.changed({ phase: 'open' });
    this.#listener.opened();
  }

  /** @param {MessageEvent} event */
  #receive(event) {
    this.#unanswered = false;
    const message = decodeMessage(event.data, this.#listener.classes?.());
    // A service that accepts sockets and drops them is not back: only a welcome resets the backoff.
    if (message?.type === 'welcome') this.#attempt = 0;
    const isFirst = message?.type === 'welcome' && !this.#welcomed;
    if (isFirst) this.#welcomed = true;
    if (message) this.#listener.received(message);
    if (isFirst) this.#listener.resumed();
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #lose(code, reason) {
    this.#socket = null;
    this.#welcomed = false;
    this.#listener.closed(code);
    const delay = delayAfter(code, this.#attempt, Math.random());
    if (delay === null) return this.#end(code, reason);
    this.#attempt++;
    this.#retryIn(delay);
  }

  /**
   * @param {number} code
   * @param {string} reason
   */
  #end(code, reason) {
    clearInterval(this.#pinger);
    this.#timer = 0;
    this.#listener.changed({ phase: 'ended', code, reason });
  }

  /** @param {number} delay ms */
  #retryIn(delay) {
    this.#retryAt = performance.now() + delay;
    this.#listener.changed({ phase: 'lost', retryAt: this.#retryAt });
    this.#timer = setTimeout(() => this.#connect(), delay);
  }

  #retryNow() {
    if (this.#socket || !this.#timer) return;
    this.#connect();
  }

  /**
   * Gives up a socket that answered nothing since the last ping. A clock would be wrong: a tab in the background is woken
   * once a minute, and its connection is fine.
   */
  #ping() {
    if (!this.isOpen) return;
    if (this.#unanswered) {
      this.#abandon();
      return;
    }
    this.#unanswered = true;
    this.send(encodePing(Math.round(performance.now())));
  }

  /** close() waits for the other end to agree, which a vanished one never does. */
  #abandon() {
    const socket = this.#socket;
    if (!socket) return;
    socket.onmessage = socket.onclose = null;
    socket.close();
    this.#lose(1006, 'no answer');
  }
}
