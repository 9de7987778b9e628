"""Runs one websocket below ASGI, on the protocol core of `websockets`; knows bytes and frames, no messages.

uvicorn's protocol parses frames and answers pings as fast as they come, and subclassing can't slow it down. Here
everything that a client sends passes one gate: a few frames at a time, paid from the connection's budget.
Nothing is read while the budget is overdrawn, the session is behind, or answers wait unread. Snapshots in frames of
their own are answered there (the fast path): a queue, a task and ASGI cost several times what such a frame does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Scope
from websockets.exceptions import InvalidState
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.server import ServerProtocol

from service.metrics.metrics import now_ns
from service.network.connection import EXTENSION, READ_AT, Answerer, Connection
from service.network.limits.budget import Budget, share_of
from service.network.limits.connections import LAST_SECONDS, Connections
from service.network.limits.gate import Gate
from service.network.protocols.event_queue import EventQueue
from service.network.protocols.frames import FrameEdges, begins_frame, split_frames, text_frame
from service.network.protocols.handshake import answer_handshake, socket_scope
from service.network.protocols.incoming_message import MESSAGE_SECONDS, IncomingMessage
from service.network.protocols.liveness import Finding, Liveness
from service.wire.protocol import MAX_MESSAGE_BYTES

SLICE_FRAMES, SLICE_BYTES = 16, 64 * 1024  # handled before other connections get their turn: some 0.2 ms
FAST_BYTES = 4096  # a larger frame gains nothing on the fast path
MESSAGE_PRICE = 100e-6  # s of processor time on a message's way to the session and back, besides parsing
KEEPALIVE_SECONDS = 20.0  # a ping after so long; a client that sends nothing until the next one is gone
CLOSE_SECONDS = 5.0  # for the client to answer a close, and to take what was written before
PONG = b"\x8a"  # the first byte of a pong frame
REASON_BYTES = 123  # of a close frame's 125
LONGEST_TEXT = 65_535  # of `text_frame`

log = logging.getLogger(__name__)
# `websockets` logs every connection, and tracebacks of what clients did.
_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False
_SILENT.setLevel(logging.CRITICAL + 1)


class PeerGone(OSError):
    """The client has left; Starlette makes a `WebSocketDisconnect` of any `OSError`."""


class WebSocketProtocol(asyncio.Protocol):
    """uvicorn's side: `connections`, `shutdown`; asyncio's: the callbacks; ASGI's: `_receive`, `_send`."""

    __slots__ = (
        "_answer",
        "_app",
        "_conn",
        "_connections",
        "_edges",
        "_events",
        "_gate",
        "_keepalive",
        "_limit",
        "_liveness",
        "_loop",
        "_lost",
        "_message",
        "_read_at",
        "_response",
        "_server_connections",
        "_stopped",
        "_tasks",
        "_writable",
        "transport",
    )

    def __init__(
        self,
        app: ASGIApp,
        transport: asyncio.Transport,
        connections: Connections,
        server_connections: set[Any],
        tasks: set[asyncio.Task[None]],
    ) -> None:
        self.transport = transport
        self._app = app
        self._connections = connections
        self._server_connections = server_connections
        self._tasks = tasks
        self._loop = asyncio.get_running_loop()
        self._gate = Gate(self, self._loop, transport, Budget(share_of(connections.limits.frames_per_second)))
        self._conn = ServerProtocol(max_size=MAX_MESSAGE_BYTES, logger=_SILENT)
        self._edges = FrameEdges()
        self._answer: Answerer | None = None
        self._response: Response | None = None  # to the handshake, until it is sent
        self._message = IncomingMessage(connections.buffered, self._loop)
        self._events = EventQueue()  # for the session
        self._writable: asyncio.Event | None = None  # only while answers wait unread
        self._read_at = 0  # by `now_ns`, when the first of what is held came
        self._stopped = False  # a close was sent: what comes is only looked through for the answer
        self._lost = False
        self._liveness = Liveness()
        self._keepalive: asyncio.TimerHandle | None = None
        self._limit: asyncio.TimerHandle | None = None  # until this connection is cut off

    # The handshake

    def open(self, scope: Scope, headers: Sequence[tuple[bytes, bytes]], rest: bytes) -> None:
        """Begins with the request of the handshake, read elsewhere, and what came behind it."""
        self._server_connections.add(self)
        room = self._connections.guests.hold(self, 1)
        self._limit = self._loop.call_later(self._connections.phase_seconds, self.transport.abort)
        if not room:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections")
            return
        response = answer_handshake(self._conn, scope, headers)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            self._reject(response)
            return
        self._response = response
        opened = socket_scope(scope, headers, {EXTENSION: Connection(self._answer_by, self._gate.budget)})
        self._events.put({"type": "websocket.connect"})
        task = self._loop.create_task(self._run(opened))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if rest:
            self.data_received(rest)

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        """Answers the handshake with an error."""
        self._response = None
        self._reject(self._conn.reject(status, f"{why}\n"))

    def _reject(self, response: Response) -> None:
        self._stopped = True
        self._write(response.serialize())
        self._finish(CLOSE_SECONDS)

    def _answer_by(self, answer: Answerer) -> None:
        self._answer = answer
        if not self._stopped:
            self._connections.guests.release(self)  # the session counts it from here on

    # What comes

    def data_received(self, data: bytes) -> None:
        self._liveness.heard = True
        if not self._gate.held:
            self._read_at = now_ns()
        self._gate.receive(data)

    def eof_received(self) -> None:
        pass  # The transport closes itself.

    def may_take(self) -> bool:
        """A close was sent, or the session took all that came, the client all answers, and the handshake is over."""
        return self._stopped or (not self._events and self._writable is None and self._response is None)

    def take_slice(self) -> None:
        if self._conn.state is State.CLOSED or self._conn.parser_exc is not None or self._conn.close_rcvd is not None:
            self._gate.held = b""  # nothing counts after a close
            return
        if self._edges.between and self._answer is not None and not self._stopped and self._took(self._answer):
            return
        data = self._gate.take(self._edges.pass_on(self._gate.held, SLICE_FRAMES, SLICE_BYTES))
        self._message.size += len(data)
        self._conn.receive_data(data)
        events, writes = self._conn.events_received(), self._conn.data_to_send()
        if self._conn.parser_exc is not None:
            for event in events:
                self._handle(event)
            self._fail(writes)
            return
        # Of pings that came together the latest is answered (RFC 6455, 5.5.3).
        pongs = [write for write in writes if write[:1] == PONG]
        self._write(b"".join(pongs[-1:] + [write for write in writes if write[:1] != PONG]))
        for event in events:
            self._handle(event)

    def _took(self, answer: Answerer) -> bool:
        """Answers the binary frames at the beginning of what came; False when they are to go to the session."""
        messages, rest = split_frames(self._gate.held, SLICE_FRAMES)
        if not messages:
            # The beginning of one that may be answered waits for its end.
            return bool(rest) and len(rest) < FAST_BYTES and begins_frame(rest)
        texts = answer(messages)
        if texts is None:
            return False
        self._gate.held = rest
        self._message.end(self)
        if texts:
            self._write(b"".join([text_frame(text.encode()) for text in texts]))
            self._connections.metrics.fast.written(self._read_at)
        return True

    def _handle(self, event: object) -> None:
        if not isinstance(event, Frame):
            return
        match event.opcode:
            case Opcode.TEXT | Opcode.BINARY | Opcode.CONT:
                data = self._message.add(event)
                if data is not None:
                    self._deliver(data)
            case Opcode.CLOSE:
                self._closed_by_client()

    def _deliver(self, data: bytes | bytearray | memoryview) -> None:
        self._message.end(self)
        if self._stopped:
            return
        self._gate.budget.spend(MESSAGE_PRICE)
        if not self._message.is_text:
            self._events.put({"type": "websocket.receive", "bytes": bytes(data), READ_AT: self._read_at})
            return
        try:
            self._events.put({"type": "websocket.receive", "text": bytes(data).decode(), READ_AT: self._read_at})
        except UnicodeDecodeError:
            self._conn.fail(1007, "text that is not UTF-8")
            self._fail(self._conn.data_to_send())

    # Its end

    def _closed_by_client(self) -> None:
        if not self._stopped:
            self._stopped = True
            close = self._conn.close_rcvd
            self._events.put({"type": "websocket.disconnect", "code": 1005 if close is None else close.code})
        self._finish(CLOSE_SECONDS)

    def _fail(self, writes: Sequence[bytes]) -> None:
        """The client broke the protocol: it gets the close that `websockets` has written."""
        close = self._conn.close_sent
        self._connections.metrics.closed(1006 if close is None else close.code)
        if not self._stopped:
            self._stopped = True
            self._events.put({"type": "websocket.disconnect", "code": 1006 if close is None else close.code})
        self._write(b"".join(writes))
        # Closed at once, what the client still sends would make the system reset the connection before it has read why.
        self._gate.held = b""
        if self.transport.can_write_eof() and not self.transport.is_closing():
            self.transport.write_eof()
        self._cut_off_in(CLOSE_SECONDS)

    def _hang_up(self, code: int, reason: str, seconds: float) -> None:
        """Ends the session, and then the connection."""
        self._events.put({"type": "websocket.disconnect", "code": code})
        self._send_close(code, reason, seconds)

    def _send_close(self, code: int, reason: str, seconds: float) -> None:
        if self._stopped or self._conn.state is not State.OPEN:
            return
        # A reason may quote the client: of any length and any characters.
        if code != 1000:
            self._connections.metrics.closed(code)
        self._conn.send_close(code, reason.encode(errors="replace")[:REASON_BYTES].decode(errors="ignore"))
        self._stopped = True
        self._write(b"".join(self._conn.data_to_send()))
        self._connections.guests.hold(self, 1)
        self._connections.guests.unpin(self)
        self._cut_off_in(seconds)
        self._gate.look_again()  # for the answer

    def _finish(self, seconds: float) -> None:
        """Both sides have closed: what was written goes out, and that is the end."""
        self._cut_off_in(seconds)
        self.transport.close()

    def _cut_off_in(self, seconds: float) -> None:
        if self._limit is not None:
            self._limit.cancel()
        self._limit = self._loop.call_later(seconds, self.transport.abort)

    def evict(self) -> None:
        """Makes room: for descriptors when it is being opened or closed, for memory when its message is the oldest."""
        if self._stopped or self._conn.state is not State.OPEN:
            self.transport.abort()
        else:
            self._conn.fail(1013, "too much is under way; try again later")
            self._fail(self._conn.data_to_send())

    def shutdown(self) -> None:
        """uvicorn's: the process ends."""
        if self._conn.state is State.OPEN and not self._stopped:
            self._hang_up(1012, "", LAST_SECONDS)
        elif self._response is not None:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "the service restarts")
        else:
            self._cut_off_in(LAST_SECONDS)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._lost = self._stopped = True
        self._gate.close()
        for timer in (self._limit, self._keepalive):
            if timer is not None:
                timer.cancel()
        self._events.put({"type": "websocket.disconnect", "code": 1006})
        self._server_connections.discard(self)
        self._connections.guests.release(self)
        self._message.end(self)
        self.resume_writing()
        self._answer = None

    # Messages and clients that stop halfway

    def slice_taken(self) -> None:
        """Bounds the time of an unfinished message, and what all of them together hold."""
        if self._edges.between and not self._gate.held:
            self._message.end(self)
        elif not self._message.hold(self, self._too_slow):
            self.evict()

    def _too_slow(self) -> None:
        if not self._gate.reading:  # what is missing may wait in the system, for the budget or the session
            self._message.allow_more_time(self._too_slow)
            return
        self._message.end(self)
        if self._conn.state is State.OPEN and not self._stopped:
            self._hang_up(1008, f"a message not ended within {MESSAGE_SECONDS:g} s", CLOSE_SECONDS)
        else:
            self.transport.abort()

    def _keep_alive(self) -> None:
        self._keepalive = self._loop.call_later(KEEPALIVE_SECONDS, self._keep_alive)
        if self._stopped:
            return
        unread = 0 if self._writable is None else self.transport.get_write_buffer_size()
        match self._liveness.look(unread, self._gate.reading):
            case Finding.STUCK:
                self.transport.abort()
            case Finding.SILENT:
                self._hang_up(1011, "keepalive ping timeout", CLOSE_SECONDS)
            case Finding.FINE:
                self._conn.send_ping(b"")
                self._write(b"".join(self._conn.data_to_send()))

    # What goes out

    def _write(self, data: bytes) -> None:
        if data and not self.transport.is_closing():
            self.transport.write(data)

    def pause_writing(self) -> None:
        if self._writable is None:
            self._writable = asyncio.Event()

    def resume_writing(self) -> None:
        if self._writable is not None:
            self._writable.set()
            self._writable = None
            self._gate.look_again()

    # ASGI

    async def _run(self, scope: Scope) -> None:
        try:
            await self._app(scope, self._receive, self._send)
        except PeerGone:
            pass
        except asyncio.CancelledError:
            self.transport.abort()  # uvicorn waits no longer
        except Exception:
            log.exception("the application failed on a websocket")
        self._answer = None
        if self._response is not None:
            self._refuse(HTTPStatus.INTERNAL_SERVER_ERROR, "an error of the server's")
        elif not self._stopped:
            self._send_close(1000, "", CLOSE_SECONDS)

    async def _receive(self) -> Message:
        event = await self._events.get()
        if not self._events and not self._lost and (self._gate.held or not self._gate.reading):
            self._gate.look_again()
        return event

    async def _send(self, message: Message) -> None:
        while self._writable is not None:
            await self._writable.wait()
        match message["type"]:
            case "websocket.accept":
                self._accept(message)
            case "websocket.send":
                self._send_message(message)
            case "websocket.close" if self._response is not None:
                self._refuse(HTTPStatus.FORBIDDEN, "no websocket here")
            case "websocket.close":
                if self._lost:
                    raise PeerGone
                self._send_close(message.get("code", 1000), message.get("reason") or "", CLOSE_SECONDS)
            case other:
                raise RuntimeError(f"ASGI message {other!r}, expected websocket.accept, .send or .close")

    def _accept(self, message: Message) -> None:
        if self._stopped or self._response is None:
            raise PeerGone
        if message.get("subprotocol"):
            self._response.headers["Sec-WebSocket-Protocol"] = message["subprotocol"]
        for name, value in message.get("headers", ()):
            self._response.headers[name.decode("latin-1")] = value.decode("latin-1")
        self._conn.send_response(self._response)
        self._response = None
        self._write(b"".join(self._conn.data_to_send()))
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
        self._connections.guests.pin(self)  # until the session has begun, or refuses it
        self._keepalive = self._loop.call_later(KEEPALIVE_SECONDS, self._keep_alive)
        self._gate.look_again()

    def _send_message(self, message: Message) -> None:
        if self._stopped:
            raise PeerGone
        text = message.get("text")
        try:
            if text is None:
                self._conn.send_binary(message["bytes"])
            elif len(payload := text.encode()) <= LONGEST_TEXT:
                self._write(text_frame(payload))
                return
            else:
                self._conn.send_text(payload)
        except InvalidState as error:
            raise PeerGone from error
        self._write(b"".join(self._conn.data_to_send()))
