"""A peer that writes its own bytes, to a service in another process."""

from __future__ import annotations

import json
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from infra.harness.service_process import RunningService

WAIT_SECONDS = 30.0  # a limit for a busy machine, not a promise
TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
UPLOAD = b"POST /contributions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)


def frame(opcode: int, payload: bytes = b"", final: bool = True) -> bytes:
    """A client's frame, under a mask of zeros."""
    size = len(payload)
    if size < 126:
        length = bytes([0x80 | size])
    elif size < 2**16:
        length = b"\xfe" + size.to_bytes(2)
    else:
        length = b"\xff" + size.to_bytes(8)
    return bytes([0x80 * final | opcode]) + length + bytes(4) + payload


@contextmanager
def connected(port: int, *parts: bytes) -> Iterator[socket.socket]:
    """A connection on which `parts` have been sent."""
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for part in parts:
            peer.sendall(part)
        yield peer


@contextmanager
def deaf_websocket(port: int, buffer_bytes: int = 4096) -> Iterator[socket.socket]:
    """An open websocket of which nothing is read behind the handshake; its receive buffer is full soon."""
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)  # before it connects
        peer.settimeout(WAIT_SECONDS)
        peer.connect(("127.0.0.1", port))
        peer.sendall(UPGRADE + b"\r\n")
        read_head(peer)
        yield peer


@contextmanager
def websocket(port: int, headers: bytes = b"") -> Iterator[socket.socket]:
    """An open websocket whose welcome has been read, or the close in its place."""
    with connected(port, UPGRADE + headers + b"\r\n") as peer:
        read_head(peer)
        yield peer


def read_head(peer: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read(peer, 1)
    return head


def read(peer: socket.socket, size: int) -> bytes:
    """So many bytes.

    Raises:
        EOFError: the service closed before.
    """
    data = b""
    while len(data) < size:
        more = peer.recv(size - len(data))
        if not more:
            raise EOFError(f"{len(data)} bytes of {size}")
        data += more
    return data


def read_frame(peer: socket.socket) -> tuple[int, bytes]:
    """The next frame's opcode and payload."""
    first, size = read(peer, 2)
    if size == 126:
        size = int.from_bytes(read(peer, 2))
    elif size == 127:
        size = int.from_bytes(read(peer, 8))
    return first & 0x0F, read(peer, size)


def read_json(peer: socket.socket) -> dict[str, Any]:
    """The next text."""
    while True:
        opcode, payload = read_frame(peer)
        if opcode == TEXT:
            reply: dict[str, Any] = json.loads(payload)
            return reply


def read_close(peer: socket.socket) -> int | None:
    """The code of the close that follows, whatever comes before; None without one."""
    try:
        while True:
            opcode, payload = read_frame(peer)
            if opcode == CLOSE:
                return int.from_bytes(payload[:2])
    except (EOFError, ConnectionResetError):
        return None


def read_all(peer: socket.socket) -> bytes:
    """All that comes until the service closes.

    Raises:
        TimeoutError: it does not.
    """
    data = b""
    try:
        while more := peer.recv(2**16):
            data += more
    except ConnectionResetError:
        pass
    return data


def send_for(peer: socket.socket, data: bytes, seconds: float) -> None:
    """Sends the same again and again without ever reading, until the time is over or the service closes."""
    deadline = time.monotonic() + seconds
    with suppress(OSError):
        while (left := deadline - time.monotonic()) > 0:
            peer.settimeout(left)
            peer.sendall(data)


def flood(port: int, data: bytes, seconds: float) -> None:
    """As `send_for`, on a new websocket whenever the service has closed one."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        with suppress(OSError, EOFError), websocket(port) as peer:
            send_for(peer, data, left)
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Stopped:
    """The end of a service beside its visitors."""

    codes: Counter[int | None]  # close codes that the visitors got
    seconds: float  # from SIGTERM to the process's end
    exit_code: int
    log: str


def stop_beside_visitors(
    service: RunningService, visitors: int, signals: Sequence[signal.Signals] = (signal.SIGTERM,)
) -> Stopped:
    """Sends the signals while so many websockets are open and read, and waits for the process's end."""
    with ExitStack() as open_ones:
        reading = [open_ones.enter_context(websocket(service.port)) for _ in range(visitors)]
        for visitor in reading:
            read_json(visitor)
        began = time.monotonic()
        for number in signals:
            service.process.send_signal(number)
        codes = Counter(read_close(visitor) for visitor in reading)
        exit_code = service.process.wait(WAIT_SECONDS)
        seconds = time.monotonic() - began
    return Stopped(codes, seconds, exit_code, service.log.read_text(errors="replace"))
