"""Clients that send all they can, or leave at any byte: memory, processor time and log stay within bounds."""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from infra.harness.clients.raw_peer import (
    BINARY,
    CLOSE,
    GET,
    PING,
    PONG,
    TEXT,
    UPGRADE,
    UPLOAD,
    WAIT_SECONDS,
    connected,
    flood,
    frame,
    read_close,
    read_frame,
    read_json,
    send_for,
    websocket,
)
from infra.harness.service_process import RunningService, running_service
from tests.service.conversation import ink_frame

pytestmark = pytest.mark.slow  # floods a service for seconds

FLOOD_SECONDS = 3.0
CONTRIBUTION = json.dumps(
    {
        "type": "contribution",
        "strokes": [[[n % 500 + 0.5, n % 311 + 0.25, n * 3] for n in range(8192)]],
        "samples": [{"ink": 0.1, "png": base64.b64encode(os.urandom(14_000)).decode()} for _ in range(40)],
    }
).encode()
MB = 10**6
# By kind: what is sent again and again, and by how much memory may grow, MB.
FLOODS = {
    "pings": (frame(PING, b"p" * 125) * 400, 5),
    "empty pings": (frame(PING) * 8000, 5),
    "pongs": (frame(PONG, b"p" * 125) * 400, 5),
    "empty continuations": (frame(TEXT, final=False) + frame(0, final=False) * 8000, 5),
    "a message of 1-byte pieces": (frame(TEXT, b"[", False) + frame(0, b"1", False) * 9000 + frame(0, b"]"), 5),
    "empty texts": (frame(TEXT) * 4000, 5),
    "empty binaries": (frame(BINARY) * 4000, 5),
    "closes": (frame(CLOSE) * 1000, 5),
    "JSON pings": (frame(TEXT, b'{"type":"ping","t":1}') * 500, 5),
    "hellos": (frame(TEXT, b'{"type":"hello"}') * 500, 5),
    "snapshots": (frame(BINARY, ink_frame()) * 100, 5),
    "1 MiB of binary": (frame(BINARY, bytes(2**20)), 5),
    "full-size contributions": (frame(TEXT, CONTRIBUTION), 40),
    "1 MiB of empty lists": (frame(TEXT, b"[" + b"[]," * 349_000 + b"1]"), 40),
    "1 MiB of numbers": (frame(TEXT, b"[" + b"1," * 520_000 + b"1]"), 40),
    "1 MiB of escapes": (frame(TEXT, b'"' + b"\\n" * 520_000 + b'"'), 40),
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """One service for all; at the end its log is small, and has no traceback."""
    with running_service(tmp_path_factory.mktemp("flooders")) as running:
        with websocket(running.port) as peer:  # what is loaded or allocated once is no growth
            for data, _ in FLOODS.values():
                send_for(peer, data, 0.2)
        yield running
        log = running.log.read_text()
    assert "Traceback" not in log
    assert len(log) < MB


def memory_of(service: RunningService) -> int:
    return psutil.Process(service.process.pid).memory_info().rss


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flooder_gets_its_share_and_no_more_memory(kind: str, service: RunningService) -> None:
    data, megabytes = FLOODS[kind]
    process = psutil.Process(service.process.pid)
    before, used = memory_of(service), process.cpu_times()
    peak = before

    flooding = threading.Thread(target=flood, args=(service.port, data, FLOOD_SECONDS))
    flooding.start()
    while flooding.is_alive():
        peak = max(peak, memory_of(service))
        flooding.join(0.05)
    after = process.cpu_times()
    with websocket(service.port) as other:
        welcome = read_json(other)

    # A share of .15 and what is saved up; connecting anew, reading and waking aren't paid for.
    assert after.user + after.system - used.user - used.system < 0.6 * FLOOD_SECONDS
    assert peak - before < megabytes * MB
    assert welcome["type"] == "welcome"


def test_of_many_pings_the_latest_is_answered(service: RunningService) -> None:
    with websocket(service.port) as peer:
        peer.sendall(b"".join(frame(PING, str(number).encode()) for number in range(1000)))

        pongs: list[int] = []
        while not pongs or pongs[-1] < 999:
            opcode, payload = read_frame(peer)
            if opcode == PONG:
                pongs.append(int(payload))

    assert pongs == sorted(pongs)
    assert len(pongs) < 500


def test_a_client_that_sends_60_snapshots_a_second_and_contributions_is_answered_all_along(
    service: RunningService,
) -> None:
    with websocket(service.port) as peer:
        read_json(peer)
        for seq in range(1, 121):
            peer.sendall(frame(BINARY, ink_frame(seq)))
            if seq % 60 == 0:
                peer.sendall(frame(TEXT, CONTRIBUTION))
            time.sleep(1 / 60)
        replies = [read_json(peer)]
        while last_of(replies) < 120 or sum(reply["type"] == "refused" for reply in replies) < 2:
            replies.append(read_json(peer))

    assert {reply["type"] for reply in replies} == {"prediction", "refused"}


def last_of(replies: list[dict[str, Any]]) -> int:
    return max((reply["seq"] for reply in replies if reply["type"] == "prediction"), default=0)


@pytest.mark.parametrize("kind", ["bodies", "messages"])
def test_unfinished_messages_are_held_up_to_a_limit(kind: str, tmp_path: Path) -> None:
    head = UPLOAD + b"Content-Length: 1000000\r\n\r\n" if kind == "bodies" else UPGRADE + b"\r\n"
    sent = bytes(999_999) if kind == "bodies" else frame(TEXT, bytes(1_000_000))[:-1]
    with running_service(tmp_path, env={"MIDSTROKE_MAX_BUFFERED_BYTES": str(8 * 2**20)}) as service:
        before, peak = memory_of(service), 0
        with ExitStack() as peers:
            for _ in range(30):
                peer = peers.enter_context(connected(service.port, head))
                with suppress(OSError):
                    peer.sendall(sent)
                peak = max(peak, memory_of(service))
            with websocket(service.port) as other:
                read_json(other)
                other.sendall(frame(TEXT, CONTRIBUTION))
                answer = read_json(other)
        log = service.log.read_text()

    assert peak - before < 25 * MB
    assert answer["type"] == "refused"  # it was read to its end
    assert "Traceback" not in log


def test_clients_that_reset_at_any_byte_leave_no_trace(service: RunningService) -> None:
    exchanges = (
        UPLOAD + b"Content-Length: 10\r\n\r\n1234567890",
        UPGRADE + b"\r\n" + frame(TEXT, b'{"type":"hello"}') + frame(BINARY, ink_frame()) + frame(CLOSE),
        GET + b"\r\n" + GET + b"\r\n",
    )
    for exchange in exchanges:
        for end in range(0, len(exchange), 3):
            with connected(service.port, exchange[:end]) as peer:
                if end % 2:  # a reset in place of an end
                    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    before = len(service.log.read_text())

    with websocket(service.port) as other:
        welcome = read_json(other)

    assert welcome["type"] == "welcome"
    assert "Traceback" not in service.log.read_text()
    assert before < MB


@pytest.mark.parametrize("origin", ["é" * 60, "http://" + "ü" * 200, "\u2028" * 40, "http://x" + "y" * 300])
def test_an_origin_of_any_characters_is_refused_with_its_code(origin: str, service: RunningService) -> None:
    with websocket(service.port, b"Origin: " + origin.encode() + b"\r\n") as peer:
        assert read_close(peer) == 4403


def test_nonsense_of_any_kind_leaves_no_trace(service: RunningService) -> None:
    rng = random.Random(1)
    before = service.log.stat().st_size
    for _ in range(300):
        exchange = bytearray(rng.choice((GET, UPLOAD, UPGRADE)) + b"\r\n" + frame(TEXT, b"{}") + frame(BINARY, b"x"))
        for _ in range(rng.randrange(1, 6)):
            exchange[rng.randrange(len(exchange))] = rng.randrange(256)
        with suppress(OSError), connected(service.port, bytes(exchange)):
            pass

    assert service.log.stat().st_size - before < 300 * 100


def test_a_client_that_takes_no_answer_is_closed(service: RunningService) -> None:
    process = psutil.Process(service.process.pid)
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.settimeout(WAIT_SECONDS)
        peer.connect(("127.0.0.1", service.port))
        port = peer.getsockname()[1]
        with suppress(OSError):
            for _ in range(2000):
                peer.settimeout(1)
                peer.sendall((b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n") * 20)
        deadline = time.monotonic() + 45 + WAIT_SECONDS
        while any(c.raddr and c.raddr.port == port and c.status == "ESTABLISHED" for c in process.net_connections()):
            assert time.monotonic() < deadline, "still open"
            time.sleep(0.5)
