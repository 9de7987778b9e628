"""The service as a real process on this machine's loopback."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.harness.processes import answers, free_port, start, stop, wait_until

READY_SECONDS = 120.0  # a limit for a busy machine, not a promise
COMMAND = (sys.executable, "-m", "service", "serve")


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


def start_service(
    var: Path,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
    pass_fds: Sequence[int] = (),
    cores: Sequence[int] | None = None,
) -> RunningService:
    """Starts a service with its own `var`; it may not be ready yet, and the caller stops it."""
    port, log = port or free_port(), var / "service.log"
    settings = {**os.environ, "MIDSTROKE_VAR": str(var), "MIDSTROKE_PORT": str(port), **(env or {})}
    return RunningService(port, var, start(command, log, settings, cores, pass_fds), log)


def wait_until_ready(service: RunningService) -> None:
    """Returns when `/readyz` answers 200.

    Raises:
        ProcessFailed: it ended, or is not ready after READY_SECONDS.
    """
    wait_until(lambda: is_ready(service.port), service.process, service.log, READY_SECONDS)


def is_ready(port: int) -> bool:
    return answers(port, "/readyz")


def stop_service(service: RunningService) -> None:
    stop(service.process)


@contextlib.contextmanager
def running_service(
    var: Path,
    port: int | None = None,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] = COMMAND,
    pass_fds: Sequence[int] = (),
    cores: Sequence[int] | None = None,
) -> Iterator[RunningService]:
    """A ready service, stopped at the end."""
    service = start_service(var, port, env, command, pass_fds, cores)
    try:
        wait_until_ready(service)
        yield service
    finally:
        stop_service(service)
