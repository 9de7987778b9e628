"""Every phase of an exchange ends in time, whichever byte the client stops at: on a real service."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.harness.clients.raw_peer import GET, TEXT, UPGRADE, UPLOAD, connected, frame, read_all
from infra.harness.service_process import running_service

pytestmark = pytest.mark.slow  # waits for deadlines of 15 s, all at once

DRIP_SECONDS = 0.5
LENGTH, CHUNKED = b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n\r\n"
REFUSED = b"HTTP/1.1 400"


@dataclass(frozen=True)
class Stalled:
    name: str
    sent: bytes  # at once
    dripped: bytes = b""  # after it, a byte at a time, for ever
    answer: bytes = b""  # what comes begins with it
    ends_with: bytes = b""


STALLED = (
    Stalled("connects and is silent", b""),
    Stalled("stops in the first line", GET[:7]),
    Stalled("stops in a header", GET[:25]),
    Stalled("stops before the last line end of a head", GET + b"\r"),
    Stalled("drips a head", b"", dripped=GET + b"A: "),
    Stalled("asks once and stays", GET + b"\r\n", answer=b"HTTP/1.1 200"),
    Stalled("drips a second head", GET + b"\r\n", dripped=GET + b"A: ", answer=b"HTTP/1.1 200"),
    Stalled("stops in a second head", GET + b"\r\n" + GET, answer=b"HTTP/1.1 200"),
    Stalled("stops in a body", UPLOAD + b"Content-Length: 10\r\n\r\n12345", answer=b"HTTP/1.1 408"),
    Stalled("drips a body", UPLOAD + b"Content-Length: 1000\r\n\r\n", dripped=b"1", answer=b"HTTP/1.1 408"),
    Stalled("stops in a chunk", UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n12", answer=b"HTTP/1.1 408"),
    Stalled("stops in a chunk's size", UPLOAD + b"Transfer-Encoding: chunked\r\n\r\n5", answer=b"HTTP/1.1 408"),
    Stalled("waits for 100 and sends nothing", UPLOAD + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"),
    Stalled("drips a body after the answer", GET + b"Content-Length: 99\r\n\r\n", dripped=b"1", answer=b"HTTP/1.1 200"),
    Stalled("never sends a body that nobody wants", GET + b"Content-Length: 9\r\n\r\n", answer=b"HTTP/1.1 200"),
    Stalled("stops in an upgrade", UPGRADE),
    Stalled("drips an upgrade", UPGRADE, dripped=b"A"),
    Stalled("upgrades with a body that doesn't come", UPGRADE + b"Content-Length: 10\r\n\r\n", answer=REFUSED),
    Stalled("upgrades with half a body", UPGRADE + b"Content-Length: 10\r\n\r\n12345", answer=REFUSED),
    Stalled("upgrades with chunks", UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n", answer=REFUSED),
    Stalled("names a length and chunks", UPLOAD + LENGTH + CHUNKED, answer=REFUSED),
    Stalled("names chunks and a length", GET + CHUNKED[:-2] + LENGTH + b"\r\n", answer=REFUSED),
    Stalled("sends no HTTP", b"\x16\x03\x01" + bytes(200), answer=REFUSED),
    Stalled("sends a bad chunk", UPLOAD + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n", answer=REFUSED),
    Stalled("sends too large a head", GET + b"Cookie: " + b"a" * 70_000, answer=b"HTTP/1.1 431"),
    Stalled("sends too many headers", GET + b"A: b\r\n" * 300, answer=b"HTTP/1.1 431"),
    Stalled("sends too large a handshake", UPGRADE + b"Cookie: " + b"a" * 70_000, answer=b"HTTP/1.1 431"),
)
LATEST = 15 + 0.5 + 2 + 10  # s: a phase, the application's word first, lingering; the rest for a busy machine


@dataclass(frozen=True)
class Ended:
    answer: bytes
    seconds: float


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Ended]]:
    """The end of each connection; all wait side by side."""
    found: dict[str, Ended] = {}
    with running_service(tmp_path_factory.mktemp("phases")) as service:

        def stall(case: Stalled) -> None:
            began = time.monotonic()
            with connected(service.port, case.sent) as peer:
                if case.dripped:
                    stop = threading.Event()
                    dripping = threading.Thread(target=_drip, args=(peer, case.dripped, stop))
                    dripping.start()
                answer = read_all(peer)
                found[case.name] = Ended(answer, time.monotonic() - began)
                if case.dripped:
                    stop.set()
                    dripping.join()

        threads = [threading.Thread(target=stall, args=(case,)) for case in STALLED]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield found
        log = service.log.read_text()
    assert "Traceback" not in log


def _drip(peer: object, data: bytes, stop: threading.Event) -> None:
    for byte in itertools.cycle(data):
        if stop.wait(DRIP_SECONDS):
            return
        try:
            peer.sendall(bytes([byte]))  # type: ignore[attr-defined]
        except OSError:
            return


@pytest.mark.parametrize("case", STALLED, ids=lambda case: case.name)
def test_whoever_stalls_is_answered_and_closed(case: Stalled, ended: Mapping[str, Ended]) -> None:
    assert case.name in ended, "still open"
    assert ended[case.name].answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").startswith(case.answer)
    assert ended[case.name].seconds < LATEST


@pytest.mark.parametrize("size", [9_000, 20_000, 60_000])
def test_large_cookies_of_other_applications_are_let_in(size: int, tmp_path: Path) -> None:
    cookies = b"Cookie: " + b"c" * size + b"\r\n\r\n"
    with running_service(tmp_path) as service:
        with connected(service.port, UPGRADE + cookies) as socket, connected(service.port, GET + cookies) as page:
            answers = socket.recv(12), page.recv(12)

    assert answers == (b"HTTP/1.1 101", b"HTTP/1.1 200")


def test_frames_right_behind_the_handshake_are_answered(tmp_path: Path) -> None:
    ping = frame(TEXT, b'{"type":"ping","t":5}')
    with running_service(tmp_path) as service, connected(service.port, UPGRADE + b"\r\n" + ping) as peer:
        data = b""
        while b'"pong"' not in data:
            data += peer.recv(4096)

    assert b"welcome" in data
