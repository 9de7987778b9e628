"""A thousand idle sockets, one more than the limit, clients that never read, and connections that never send."""

from __future__ import annotations

import asyncio
import json
import resource
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from infra.harness.clients.client import PROTOCOL
from infra.harness.clients.raw_peer import TEXT, deaf_websocket, frame
from infra.harness.results.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import RunningService, running_service

ABOUT = "1,000 idle sockets and one over the limit; 50 clients that never read; 500 connections that never send"

MEGABYTES = 45.0  # for a thousand idle sockets
FREED_SECONDS = 30.0
SILENT_SECONDS = 16.0  # the limit of a phase, and a second to notice
TOO_MANY = 4503
OPENING_AT_ONCE = 50
SETTLE_SECONDS = 1.0


def run(setting: Setting) -> list[Row]:
    idle, deaf, silent = (100, 5, 50) if setting.quick else (1000, 50, 500)
    with running_service(setting.scratch / "var", env={"MIDSTROKE_MAX_SOCKETS": str(idle)}) as service:
        with _files_open(4 * (idle + silent)):
            return [
                *asyncio.run(_sit_idle(setting, service, idle)),
                *_keep_waiting(setting, service, deaf, silent),
            ]


async def _sit_idle(setting: Setting, service: RunningService, count: int) -> list[Row]:
    process = psutil.Process(service.process.pid)
    # Not counted: memory that the first sockets alone take.
    await _close(await _open(service, min(count, OPENING_AT_ONCE)))
    before = process.memory_info().rss
    sockets = await _open(service, count)
    await asyncio.sleep(SETTLE_SECONDS)
    more = (process.memory_info().rss - before) / 1e6
    (one_more,) = await _open(service, 1)
    code = await _close_code(one_more)
    answered = await asyncio.gather(*(_pong(one) for one in sockets))
    await _close(sockets)
    return [
        at_most(setting, f"memory that {count:,} idle sockets take", more, MEGABYTES, "MB"),
        none_of("idle sockets that don't answer a ping", answered.count(False), count, "sockets"),
        check("close code of one socket over the limit", str(code), str(TOO_MANY), code == TOO_MANY),
    ]


async def _open(service: RunningService, count: int) -> list[ClientConnection]:
    opened: list[ClientConnection] = []
    for begin in range(0, count, OPENING_AT_ONCE):
        opened += await asyncio.gather(
            *(
                connect(
                    service.websocket_url,
                    subprotocols=[PROTOCOL],
                    compression=None,
                    ping_interval=None,
                    open_timeout=60,
                )
                for _ in range(begin, min(begin + OPENING_AT_ONCE, count))
            )
        )
    return opened


async def _close(sockets: list[ClientConnection]) -> None:
    await asyncio.gather(*(one.close() for one in sockets))


async def _close_code(one: ClientConnection) -> int | None:
    try:
        async with asyncio.timeout(10):
            while True:
                await one.recv()
    except (ConnectionClosed, TimeoutError):
        return one.close_code


async def _pong(one: ClientConnection) -> bool:
    await one.send(json.dumps({"type": "ping", "t": 1}))
    try:
        async with asyncio.timeout(10):
            while json.loads(await one.recv())["type"] != "pong":
                pass
    except (ConnectionClosed, TimeoutError):
        return False
    return True


def _keep_waiting(setting: Setting, service: RunningService, deaf_count: int, silent_count: int) -> list[Row]:
    """Clients that send and never read an answer, and connections that never send."""
    with ExitStack() as opened:
        deaf = [opened.enter_context(deaf_websocket(service.port)) for _ in range(deaf_count)]
        for one in deaf:
            _ask_without_end(one)
        deaf_since = time.monotonic()
        address = ("127.0.0.1", service.port)
        silent = [opened.enter_context(socket.create_connection(address, timeout=30)) for _ in range(silent_count)]
        silent_since = time.monotonic()
        silent_until, silent_left = _until_closed(lambda: _still_open(silent), 2 * SILENT_SECONDS)
        deaf_until, deaf_left = _until_closed(lambda: _still_kept(service, deaf), 2 * FREED_SECONDS)
    deaf_seconds, silent_seconds = deaf_until - deaf_since, silent_until - silent_since
    return [
        at_most(setting, f"until {deaf_count} clients that never read are closed", deaf_seconds, FREED_SECONDS, "s"),
        none_of("clients that never read and stay open", deaf_left, deaf_count, "clients"),
        at_most(setting, f"until {silent_count} silent connections are closed", silent_seconds, SILENT_SECONDS, "s"),
        none_of("connections that never send and stay open", silent_left, silent_count, "connections"),
    ]


def _ask_without_end(one: socket.socket) -> None:
    """Sends hellos, each answered by a kilobyte, until the service reads no more."""
    hellos = 50 * frame(TEXT, b'{"type": "hello"}')
    one.setblocking(False)
    blocked_since = None
    while blocked_since is None or time.monotonic() - blocked_since < 0.3:
        try:
            one.send(hellos)
            blocked_since = None
        except BlockingIOError:
            blocked_since = blocked_since or time.monotonic()
            time.sleep(0.02)
        except OSError:
            return


def _until_closed(still: Callable[[], int], limit: float) -> tuple[float, int]:
    """Waits until all are closed; returns when that was, and the number still open after `limit` seconds."""
    began = time.monotonic()
    while (left := still()) and time.monotonic() - began < limit:
        time.sleep(0.25)
    return time.monotonic(), left


def _still_kept(service: RunningService, ours: Sequence[socket.socket]) -> int:
    """From the kernel's view of the service: reading would empty the buffers that must stay full."""
    ports = {one.getsockname()[1] for one in ours}
    process = psutil.Process(service.process.pid)
    return sum(1 for other in process.net_connections("tcp") if other.raddr and other.raddr[1] in ports)


def _still_open(ours: Sequence[socket.socket]) -> int:
    return sum(1 for one in ours if not _is_closed(one))


def _is_closed(one: socket.socket) -> bool:
    try:
        return one.recv(1, socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@contextmanager
def _files_open(count: int) -> Iterator[None]:
    """Raises this process's limit of open files, not the service's."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(soft, count) if hard == resource.RLIM_INFINITY else max(soft, min(count, hard))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
