"""Runs one HTTP connection: uvicorn's protocol, with a time limit on each phase of an exchange.

It answers and ends what can't become a request before the application sees it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.network.limits.budget import Budget, share_of
from service.network.limits.connections import LAST_SECONDS, Connections
from service.network.limits.gate import Gate
from service.network.protocols.applications import charged, quiet
from service.network.protocols.http_heads import MAX_HEAD_BYTES, HeadSize, has_unclear_body, names
from service.network.protocols.http_phases import AnswerProgress, Phase, phase_of
from service.network.protocols.websocket_protocol import WebSocketProtocol

MAX_CHUNK_HEAD_BYTES = 2048  # of what stands between chunks, and behind the last; `h11` takes such lines all at once
SLICE_BYTES, CHUNKED_SLICE_BYTES = 4096, 256  # handled before others get their turn: a chunk takes 6 bytes and 15 us
APPLICATION_FIRST_SECONDS = 0.5
IDLE_SECONDS = 5.0  # for another request
LINGER_SECONDS = 2.0  # for the client to take the last answer
LINGER_BYTES = 2**20  # of a body that comes after its answer
UNCOUNTED_BYTES = 4096  # of a body that aren't held against the limit of all connections together


class HttpProtocol(H11Protocol):
    """Made by uvicorn for each connection; `http_protocol` binds what they share."""

    def __init__(self, connections: Connections, config: Any, server_state: Any, app_state: Any, _loop: Any) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._connections = connections
        self._gate: Gate
        self._upgraded = False
        self._closing = False
        self._is_refused = False  # found while uvicorn handles the head
        self._head = HeadSize()
        self._body_bytes = self._dropped_bytes = 0
        self._phase: tuple[Phase, object] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._progress = AnswerProgress()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        super().connection_made(transport)
        budget = Budget(share_of(self._connections.limits.frames_per_second))
        self._gate = Gate(self, self.loop, transport, budget)
        self._quiet_app = quiet(self.app)
        self.app = charged(self._quiet_app, budget)
        self.flow = _Flow(transport, self._gate.look_again, self._progress.resumed)
        if self._connections.guests.hold(self, 1):
            self._enter_phase()
        else:
            self._connections.metrics.responded(HTTPStatus.SERVICE_UNAVAILABLE)
            transport.write(_response(HTTPStatus.SERVICE_UNAVAILABLE))
            transport.close()

    # What comes

    def data_received(self, data: bytes) -> None:
        self._gate.receive(data)

    def may_take(self) -> bool:
        return self._closing or not self.flow.read_paused

    def slice_taken(self) -> None:
        self._enter_phase()

    def take_slice(self) -> None:
        if self._closing:
            self._dropped_bytes += len(self._gate.held)
            self._gate.held = b""
            if self._dropped_bytes > LINGER_BYTES:
                self.transport.abort()
            return
        body = self.conn.their_state is h11.SEND_BODY
        chunked = body and names(self.headers, b"transfer-encoding")
        size = CHUNKED_SLICE_BYTES if chunked else SLICE_BYTES
        # Of an event that isn't all there. It can't be given to `h11` for heads and bodies apart.
        self.conn._max_incomplete_event_size = MAX_CHUNK_HEAD_BYTES if chunked else MAX_HEAD_BYTES + SLICE_BYTES
        data = self._gate.take(size)
        if body:
            self._count_body(len(data))
        elif not self._head.add(data):
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if self._closing:
            return
        super().data_received(data)
        if not self._gate.reading and not self._upgraded and not self.transport.is_closing():
            self.transport.pause_reading()  # uvicorn may have resumed it

    def _count_body(self, size: int) -> None:
        self._body_bytes += size
        if self.cycle is not None and self.cycle.response_complete:
            if self._body_bytes > LINGER_BYTES:
                self._linger()
        elif self._body_bytes > UNCOUNTED_BYTES and not self._connections.buffered.hold(self, self._body_bytes):
            self.evict()

    # uvicorn's hooks

    def _should_upgrade(self) -> bool:
        """Called with each head before the application: whether `handle_websocket_upgrade` is to have it instead."""
        self._head.reset()
        self._body_bytes = 0
        upgrade = self._get_upgrade() == b"websocket"
        self._is_refused = self._is_refused or has_unclear_body(self.headers, upgrade)
        return upgrade or self._is_refused

    def handle_websocket_upgrade(self, event: h11.Request) -> None:  # noqa: ARG002 - as uvicorn calls it
        if self._is_refused:
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        self._upgraded = True
        self._leave()
        rest = self.conn.trailing_data[0] + self._gate.close()
        self.connections.discard(self)
        protocol = WebSocketProtocol(self._quiet_app, self.transport, self._connections, self.connections, self.tasks)
        self.transport.set_protocol(protocol)
        self._gate.read(on=True)
        protocol.open(self.scope, self.headers, rest)  # type: ignore[arg-type]  # as above

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn calls it
        self._refuse(HTTPStatus.BAD_REQUEST)

    def _unsupported_upgrade_warning(self) -> None:
        pass  # the client's fault, so nothing to log

    def on_response_complete(self) -> None:
        self._connections.buffered.release(self)
        super().on_response_complete()
        self._enter_phase()

    def timeout_keep_alive_handler(self) -> None:
        pass  # phases have deadlines of their own

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._gate.close()
        super().connection_lost(exc)

    # Phases

    def _now_in(self) -> Phase:
        return Phase.CLOSING if self._closing else phase_of(self.conn, self.cycle, bool(self._gate.held))

    def _enter_phase(self) -> None:
        """Sets the deadline anew when another phase, or the same of another request, has begun."""
        phase = self._now_in()
        if self._upgraded or self._phase == (phase, self.cycle):
            return
        self._phase = (phase, self.cycle)
        if phase is Phase.ANSWER:
            self._connections.guests.pin(self)
        else:
            self._connections.guests.unpin(self)
        seconds = IDLE_SECONDS if phase is Phase.IDLE else self._connections.phase_seconds
        # The application limits bodies too; its answer names the reason, so it gets a chance to be first.
        self._set_deadline(seconds + APPLICATION_FIRST_SECONDS if phase is Phase.BODY else seconds)

    def _set_deadline(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self._overdue)

    def _overdue(self) -> None:
        phase = self._now_in()
        waiting = self.transport.get_write_buffer_size()
        if phase in (Phase.ANSWER, Phase.IDLE, Phase.CLOSING) and (waiting or phase is Phase.ANSWER):
            if self._progress.look(waiting):
                self._set_deadline(self._connections.phase_seconds)
            else:
                self.transport.abort()
        elif phase is Phase.CLOSING:
            self.transport.abort()
        elif phase is Phase.BODY:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._linger()

    # Its end

    def _refuse(self, status: HTTPStatus) -> None:
        """Answers in place of the application, if nothing has been answered yet, and ends."""
        cycle = self.cycle
        if cycle is None:
            silent = False
        elif cycle.response_complete:  # this is about another request, unless a body came after its answer
            silent = self._phase is not None and self._phase[0] is Phase.BODY
        else:
            silent = cycle.response_started
        if not silent and not self._closing and not self.transport.is_closing():
            self._connections.metrics.responded(status)
            self.transport.write(_response(status))
        self._linger()

    def _linger(self) -> None:
        """Sends no more, and reads on for a moment: a reset would take the answer from a client that still sends."""
        if self._closing or self.transport.is_closing():
            return
        self._closing = True
        self._gate.held = b""
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._connections.buffered.release(self)
        self.transport.write_eof()
        self._phase = (Phase.CLOSING, self.cycle)
        self._connections.guests.unpin(self)
        waiting = self.transport.get_write_buffer_size()
        self._progress.start(waiting)
        self._set_deadline(self._connections.phase_seconds if waiting else LINGER_SECONDS)
        self._gate.read(on=True)

    def evict(self) -> None:
        """Makes room: for descriptors when nothing is being answered, for memory when its body is the oldest."""
        if self._now_in() is Phase.BODY and not self._closing:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        else:
            self.transport.abort()

    def shutdown(self) -> None:
        """uvicorn's: the process ends."""
        if self._now_in() is Phase.ANSWER:
            self.cycle.keep_alive = False
        elif self._now_in() is Phase.BODY:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)
        elif not self._closing:
            self.transport.close()
        self._set_deadline(LAST_SECONDS)

    def _leave(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._connections.guests.release(self)
        self._connections.buffered.release(self)


class _Flow(FlowControl):
    """uvicorn's flow control, which leaves reading to the connection."""

    def __init__(self, transport: asyncio.Transport, resumed: Callable[[], None], taken: Callable[[], None]) -> None:
        super().__init__(transport)
        self._resumed = resumed
        self._taken = taken

    def pause_reading(self) -> None:
        self.read_paused = True  # the gate sees it

    def resume_reading(self) -> None:
        if self.read_paused:
            self.read_paused = False
            self._resumed()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._taken()


def _response(status: HTTPStatus) -> bytes:
    text = f"{status.value} {status.phrase}\n".encode()
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
    return (head + f"content-length: {len(text)}\r\nconnection: close\r\n\r\n").encode() + text


def http_protocol(connections: Connections) -> Callable[..., HttpProtocol]:
    """Makes the function that uvicorn calls for each connection."""

    def make(config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> HttpProtocol:
        return HttpProtocol(connections, config, server_state, app_state, _loop)

    return make
