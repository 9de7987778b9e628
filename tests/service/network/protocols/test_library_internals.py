"""Names the internals of uvicorn, h11 and websockets that the protocols use: a version that changes one fails here."""

from __future__ import annotations

import asyncio
import inspect
import logging
from importlib.metadata import version
from pathlib import Path

import h11
import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol

from service.network.limits.connections import Connections
from service.network.limits.limits import Limits
from service.network.protocols.http_protocol import HttpProtocol, http_protocol

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def opened() -> ServerProtocol:
    conn = ServerProtocol(logger=logging.getLogger("test"))
    conn.receive_data(HANDSHAKE)
    (request,) = conn.events_received()
    assert isinstance(request, Request)
    conn.send_response(conn.accept(request))
    conn.data_to_send()
    return conn


def test_uvicorn_is_pinned_to_the_version_that_was_tried() -> None:
    project = (Path(__file__).parents[4] / "pyproject.toml").read_text()

    assert f'"uvicorn=={version("uvicorn")}' in project.replace("uvicorn[standard]", "uvicorn")


@pytest.mark.parametrize(
    "name",
    [
        "connection_made",
        "connection_lost",
        "data_received",
        "handle_websocket_upgrade",
        "on_response_complete",
        "send_400_response",
        "shutdown",
        "timeout_keep_alive_handler",
        "_get_upgrade",
        "_should_upgrade",
        "_unsupported_upgrade_warning",
    ],
)
def test_uvicorns_http_protocol_has_the_methods_that_are_called_or_replaced(name: str) -> None:
    assert callable(getattr(H11Protocol, name))


@pytest.mark.parametrize("name", ["_should_upgrade", "handle_websocket_upgrade", "on_response_complete"])
def test_uvicorn_calls_its_hooks_by_name(name: str) -> None:
    sources = inspect.getsource(H11Protocol.handle_events)

    assert f"self.{name}" in sources


def test_uvicorn_asks_for_an_upgrade_before_it_makes_the_cycle() -> None:
    source = inspect.getsource(H11Protocol.handle_events)

    assert source.index("self._should_upgrade()") < source.index("self.cycle = RequestResponseCycle(")


async def _make_connection() -> object:
    config = uvicorn.Config(lambda: None, http=http_protocol(Connections(Limits())), ws="none")  # type: ignore[arg-type]
    config.load()

    return http_protocol(Connections(Limits()))(config, ServerState(), {})


def test_a_connection_has_the_attributes_that_are_read() -> None:
    protocol = asyncio.run(_make_connection())

    assert isinstance(protocol, HttpProtocol)
    for name in ("app", "conn", "connections", "cycle", "flow", "headers", "loop", "scope", "tasks", "transport"):
        assert hasattr(protocol, name)


@pytest.mark.parametrize(
    "name", ["disconnected", "keep_alive", "message_event", "response_complete", "response_started"]
)
def test_a_cycle_has_the_attributes_that_are_read_or_set(name: str) -> None:
    assert f"self.{name} = " in inspect.getsource(RequestResponseCycle.__init__)


def test_flow_control_has_what_is_replaced() -> None:
    assert {"pause_reading", "resume_reading", "resume_writing"} <= set(vars(FlowControl))
    assert "self.read_paused" in inspect.getsource(FlowControl.__init__)


def test_uvicorns_server_ends_connections_by_shutdown_and_waits_for_them() -> None:
    assert "connection.shutdown()" in inspect.getsource(uvicorn.Server.shutdown)
    assert "self.server_state.connections" in inspect.getsource(uvicorn.Server._wait_tasks_to_complete)
    assert set(inspect.signature(uvicorn.Server.handle_exit).parameters) == {"self", "sig", "frame"}


def test_h11_bounds_what_is_incomplete_by_an_attribute() -> None:
    conn = h11.Connection(h11.SERVER, 100)

    assert conn._max_incomplete_event_size == 100
    assert conn.trailing_data == (b"", False)


def test_websockets_answers_each_ping_in_a_write_of_its_own() -> None:
    conn = opened()

    conn.receive_data(Frame(Opcode.PING, b"1").serialize(mask=True) + Frame(Opcode.PING, b"2").serialize(mask=True))

    assert conn.data_to_send() == [b"\x8a\x011", b"\x8a\x012"]


def test_websockets_writes_the_close_of_a_client_that_broke_the_protocol_and_keeps_why() -> None:
    conn = opened()

    conn.receive_data(b"\xff\xff")

    assert conn.parser_exc is not None
    assert conn.close_sent is not None
    assert conn.data_to_send()[0].startswith(b"\x88")


def test_websockets_drops_bytes_that_come_after_a_failure() -> None:
    conn = opened()
    conn.receive_data(Frame(Opcode.TEXT, b"x" * 10_000).serialize(mask=True)[:5000])

    conn.fail(1013)
    conn.receive_data(b"y" * 10_000)

    assert conn.state is State.CLOSING
    assert not conn.reader.buffer
