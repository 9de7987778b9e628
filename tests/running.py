"""Real processes for tests: a free port, a service on it, and a wait until it is ready."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 30.0  # a bound for a busy machine, not a promise


@dataclass(frozen=True)
class RunningService:
    port: int
    var: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def websocket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_service(var: Path, port: int | None = None, env: Mapping[str, str] | None = None) -> RunningService:
    """A service with its own `var`, started but maybe not ready; the caller stops it."""
    port = port or free_port()
    var.mkdir(parents=True, exist_ok=True)
    log = var / "service.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve"],
            env={**os.environ, "MIDSTROKE_VAR": str(var), "MIDSTROKE_PORT": str(port), **(env or {})},
            stdout=out,
            stderr=out,
        )
    return RunningService(port, var, process, log)


def wait_until_ready(service: RunningService) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            raise AssertionError(f"the service ended with {service.process.returncode}:\n{service.log.read_text()}")
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            with urllib.request.urlopen(f"{service.url}/readyz", timeout=2) as reply:
                if reply.status == 200:
                    return
        time.sleep(0.05)
    raise AssertionError(f"not ready within {READY_SECONDS} s:\n{service.log.read_text()}")


@contextlib.contextmanager
def running_service(
    var: Path, port: int | None = None, env: Mapping[str, str] | None = None
) -> Iterator[RunningService]:
    service = start_service(var, port, env)
    try:
        wait_until_ready(service)
        yield service
    finally:
        service.process.terminate()
        try:
            service.process.wait(15)
        except subprocess.TimeoutExpired:
            service.process.kill()
            service.process.wait()
