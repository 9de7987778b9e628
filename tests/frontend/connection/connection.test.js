import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';

import { Connection, socketAddress } from '../../../frontend/js/connection/connection.js';

const TEN_SECONDS = 10_000;

class FakeSocket {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 3;
  static made = [];
  readyState = FakeSocket.OPEN;
  sent = [];
  closed = false;

  constructor() {
    FakeSocket.made.push(this);
  }

  send(message) {
    this.sent.push(message);
  }

  close() {
    this.closed = true;
  }
}

let phases = [];

function started() {
  const connection = new Connection('ws://here/ws', {
    opened() {},
    received() {},
    resumed() {},
    closed() {},
    changed: ({ phase }) => phases.push(phase),
  });
  connection.start();
  return connection;
}

function connected() {
  started();
  const socket = FakeSocket.made.at(-1);
  socket.onopen();
  return socket;
}

beforeEach(() => {
  phases = [];
  FakeSocket.made = [];
  globalThis.WebSocket = FakeSocket;
  globalThis.addEventListener = () => {};
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
});

afterEach(() => mock.timers.reset());

test('a socket that answers no ping is given up by the next, and another is opened', () => {
  const socket = connected();

  mock.timers.tick(2 * TEN_SECONDS);
  assert.equal(socket.closed, true);
  assert.deepEqual(phases, ['connecting', 'open', 'lost']);
  mock.timers.tick(TEN_SECONDS);

  assert.equal(FakeSocket.made.length, 2);
});

test('a tab that is woken once a minute keeps its connection', (context) => {
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const socket = connected();

  for (let minute = 1; minute <= 5; minute++) {
    now = minute * 60_000;
    mock.timers.tick(TEN_SECONDS); // the one tick that a browser lets through
    now += 20;
    socket.onmessage({ data: JSON.stringify({ type: 'pong', t: 0 }) });
  }

  assert.equal(socket.closed, false);
  assert.equal(socket.sent.length, 5);
  assert.equal(FakeSocket.made.length, 1);
});

test('the websocket is beside the page, under any path prefix', () => {
  assert.equal(socketAddress('http://draw.example:8000/'), 'ws://draw.example:8000/ws');
  assert.equal(socketAddress('https://draw.example/digits/?a=1#models'), 'wss://draw.example/digits/ws');
  assert.equal(socketAddress('https://draw.example/digits/index.html'), 'wss://draw.example/digits/ws');
});

test('a connection that does not answer a probe within three seconds is given up', () => {
  const connection = started();
  const socket = FakeSocket.made.at(-1);
  socket.onopen();

  connection.probe();
  mock.timers.tick(2999);
  const early = socket.closed;
  mock.timers.tick(1);

  assert.deepEqual([early, socket.closed, phases.at(-1)], [false, true, 'lost']);
});

test('an answered probe leaves the connection open', () => {
  const connection = started();
  const socket = FakeSocket.made.at(-1);
  socket.onopen();

  connection.probe();
  socket.onmessage({ data: '{"type": "pong", "t": 1}' });
  mock.timers.tick(3000);

  assert.equal(socket.closed, false);
});

test('a network that swallows everything is given up after ten seconds', () => {
  started();
  const socket = FakeSocket.made.at(-1);
  socket.readyState = FakeSocket.CONNECTING;

  mock.timers.tick(TEN_SECONDS);

  assert.deepEqual([socket.closed, phases.at(-1)], [true, 'lost']);
});

test('somebody who draws shortens the wait to a second', (t) => {
  t.mock.method(Math, 'random', () => 0);
  const connection = started();
  for (let i = 0; i < 7; i++) {
    FakeSocket.made.at(-1).readyState = FakeSocket.CLOSED;
    FakeSocket.made.at(-1).onclose({ code: 4503, reason: '' });
    if (i < 6) mock.timers.tick(7500);
  }
  const before = FakeSocket.made.length;

  connection.hurry();
  mock.timers.tick(1000);

  assert.equal(FakeSocket.made.length, before + 1);
});

test('an address that the page may not use ends the connection', () => {
  globalThis.WebSocket = class {
    constructor() {
      throw new DOMException('an insecure WebSocket on a page loaded over HTTPS', 'SecurityError');
    }
  };

  started();

  assert.deepEqual(phases, ['connecting', 'ended']);
});
