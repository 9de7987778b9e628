"""`python -m infra.run` with the real service and the real trainer."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.servers.minio import minio_binary
from tests.running import free_port

ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 60.0  # a bound for a busy machine, no promise

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Run:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first place in the output where the pattern is found."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not (found := re.search(pattern, self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)
        return found

    def wait_until_ready(self) -> None:
        self.wait_for(r"service \| Midstroke is at")

    def end(self) -> int:
        return self.process.wait(LIMIT_SECONDS)


Start = Callable[..., Run]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a run in a folder of its own; what the test leaves running is stopped."""
    runs: list[Run] = []

    def start(*options: str, port: int | None = None) -> Run:
        port = port or free_port()
        env = {**os.environ, "MIDSTROKE_PORT": str(port), "MIDSTROKE_VAR": str(tmp_path / "var")}
        log = tmp_path / "run.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "infra.run", *options], cwd=ROOT, env=env, stdout=out, stderr=out
            )
        runs.append(Run(process, port, log))
        return runs[-1]

    yield start
    for run in runs:
        run.process.terminate()
        run.end()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    return False


def test_a_port_in_use_is_reported_in_one_line_before_anything_starts(start: Start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = start(port=taken.getsockname()[1])
        code = run.end()

    assert code == 1
    (line,) = run.log.read_text().splitlines()
    assert line.startswith(f"midstroke: port {run.port} on 127.0.0.1 is in use")


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_the_service_and_the_trainer_with_exit_code_0(start: Start, asked: signal.Signals):
    run = start()
    run.wait_until_ready()
    assert _answers(run.port)

    run.process.send_signal(asked)

    assert run.end() == 0
    assert "trainer stopped" in run.log.read_text()
    assert not _answers(run.port)


@pytest.mark.parametrize("one", ["service", "trainer"])
def test_stopping_one_stops_the_other(start: Start, one: str):
    run = start()
    run.wait_until_ready()

    os.kill(int(run.wait_for(rf"{one} started \(pid=(\d+)\)")[1]), signal.SIGKILL)

    assert run.end() == 128 + signal.SIGKILL
    assert not _answers(run.port)


def test_with_minio_it_serves_from_a_bucket_that_it_made(start: Start, tmp_path: Path):
    if minio_binary() is None and not os.environ.get("CI"):
        pytest.skip("MinIO is built with Go, and there is no `go` on the path")
    run = start("--store", "minio")
    minio = int(run.wait_for(r"answers at http://127\.0\.0\.1:(\d+)")[1])
    run.wait_until_ready()

    run.process.terminate()

    assert run.end() == 0
    assert (tmp_path / "var" / "minio" / "midstroke").is_dir()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", minio))
