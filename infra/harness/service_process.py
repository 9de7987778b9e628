"""The service as a real process of one's own on this machine's loopback: started, waited for, stopped again."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

READY_SECONDS = 120.0  # a bound for a busy machine, not a promise
STOP_SECONDS = 15.0
POLL_SECONDS = 0.01
LAST_LOG_BYTES = 4000
PORTS = range(12_000, 30_000)
COMMAND = (sys.executable, "-m", "service", "serve")


class ServiceDidNotStart(RuntimeError):
    """The process ended or was not ready in time; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
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

    def kill(self) -> None:
        """`kill -9`, and no zombie left."""
        self.process.kill()
        self.process.wait()


def free_port() -> int:
    """A port below those that the system gives to clients.

    One of theirs may be taken while a service starts anew: a client that tries a port of its own range again and again
    will in time connect to itself.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start_service(
    var: Path,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
    pass_fds: Sequence[int] = (),
) -> RunningService:
    """A service with its own `var`, started but maybe not ready; the caller stops it."""
    port = port or free_port()
    var.mkdir(parents=True, exist_ok=True)
    log = var / "service.log"
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            env={**os.environ, "MIDSTROKE_VAR": str(var), "MIDSTROKE_PORT": str(port), **(env or {})},
            stdout=out,
            stderr=out,
            pass_fds=tuple(pass_fds),
        )
    return RunningService(port, var, process, log)


def wait_until_ready(service: RunningService) -> None:
    """Returns once `/readyz` says so.

    Raises:
        ServiceDidNotStart: it ended, or was not ready for READY_SECONDS.
    """
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if service.process.poll() is not None:
            raise ServiceDidNotStart(f"the service ended with {service.process.returncode}:\n{_end_of(service.log)}")
        if is_ready(service.port):
            return
        time.sleep(POLL_SECONDS)
    raise ServiceDidNotStart(f"not ready within {READY_SECONDS} s:\n{_end_of(service.log)}")


def is_ready(port: int) -> bool:
    # Not urllib: it would ask the proxy that the environment may name.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop_service(service: RunningService) -> None:
    """SIGTERM, and `kill -9` where that is not heeded. Safe to call twice."""
    service.process.terminate()
    try:
        service.process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        service.kill()


@contextlib.contextmanager
def running_service(
    var: Path,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
    pass_fds: Sequence[int] = (),
) -> Iterator[RunningService]:
    """A service that is ready, and is stopped at the end."""
    service = start_service(var, port, env, command, pass_fds)
    try:
        wait_until_ready(service)
        yield service
    finally:
        stop_service(service)


def _end_of(log: Path) -> str:
    return log.read_bytes()[-LAST_LOG_BYTES:].decode(errors="replace")
