"""Few descriptors: limits that fit are set and logged, pages load beside the most sockets, accepting never ends."""

from __future__ import annotations

import resource
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from infra.harness.clients.raw_peer import CLOSE, GET, connected, read_frame, read_head, websocket
from infra.harness.service_process import COMMAND, RunningService, running_service

pytestmark = pytest.mark.slow  # starts the service
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="sets another process's limits")

DESCRIPTORS = 256
FULL = 4503


def limited(soft: int, hard: int) -> tuple[str, ...]:
    """The command that serves under these limits of descriptors."""
    return ("bash", "-c", f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$0" "$@"', *COMMAND)


def loads(service: RunningService) -> bool:
    with urllib.request.urlopen(f"{service.url}/", timeout=30) as page:
        return bool(page.status == 200)


def open_sockets(service: RunningService, count: int, stack: ExitStack) -> list[int]:
    """Opens so many; 0 for each that was welcomed, else its close code."""
    codes = []
    for _ in range(count):
        opcode, payload = read_frame(stack.enter_context(websocket(service.port)))
        codes.append(int.from_bytes(payload[:2]) if opcode == CLOSE else 0)
    return codes


def test_at_the_limit_of_sockets_every_further_one_is_refused_and_pages_load(tmp_path: Path) -> None:
    with running_service(tmp_path, command=limited(DESCRIPTORS, DESCRIPTORS)) as service, ExitStack() as stack:
        codes = open_sockets(service, DESCRIPTORS, stack)
        page = loads(service)
        log = service.log.read_text()

    welcomed = codes.count(0)
    assert 100 <= welcomed < DESCRIPTORS
    assert codes == [0] * welcomed + [FULL] * (DESCRIPTORS - welcomed)
    assert page
    assert f"{DESCRIPTORS} descriptors (ulimit -n) allow {welcomed} websockets of 1000" in log


def test_connections_that_say_nothing_make_room_for_those_that_ask(tmp_path: Path) -> None:
    with running_service(tmp_path, command=limited(DESCRIPTORS, DESCRIPTORS)) as service, ExitStack() as stack:
        for _ in range(2 * DESCRIPTORS):
            stack.enter_context(connected(service.port))
        page = loads(service)

    assert page


@linux_only
def test_the_soft_limit_is_raised_to_the_hard_one(tmp_path: Path) -> None:
    with running_service(tmp_path, command=limited(DESCRIPTORS, 4096)) as service:
        soft, hard = psutil.Process(service.process.pid).rlimit(resource.RLIMIT_NOFILE)
        log = service.log.read_text()

    assert (soft, hard) == (4096, 4096)
    assert "descriptors" not in log


@linux_only
def test_accepting_continues_after_descriptors_ran_out(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        process = psutil.Process(service.process.pid)
        before = process.rlimit(resource.RLIMIT_NOFILE)
        with ExitStack() as stack:
            process.rlimit(resource.RLIMIT_NOFILE, (process.num_fds() + 8, before[1]))
            for _ in range(40):
                stack.enter_context(connected(service.port))
            process.rlimit(resource.RLIMIT_NOFILE, before)
        with connected(service.port, GET + b"\r\n") as peer:
            head = read_head(peer)
        log = service.log.read_text()

    assert head.startswith(b"HTTP/1.1 200")
    assert "Traceback" not in log
