"""Server processes on this machine's loopback: a free port, started, waited for, stopped."""

from __future__ import annotations

import contextlib
import http.client
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

POLL_SECONDS = 0.01
STOP_SECONDS = 15.0
LOG_BYTES = 4000
PORTS = range(12_000, 30_000)


class ProcessFailed(RuntimeError):
    """A process ended, or was not ready in time; the message has the end of its log."""


def free_port() -> int:
    """A port below those that the system gives to clients.

    One of theirs may be taken while a service restarts: a client that retries a port of its own range in time connects
    to itself.
    """
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def start(
    command: Sequence[str | Path],
    log: Path,
    env: Mapping[str, str] | None = None,
    cores: Sequence[int] | None = None,
    pass_fds: Sequence[int] = (),
    new_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts the command with its output appended to `log`.

    `env` replaces the environment. `cores` pins the process before it has threads, which inherit it. A process in a
    session of its own does not get the terminal's Ctrl-C.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=tuple(pass_fds),
            start_new_session=new_session,
        )
    if cores is not None:
        os.sched_setaffinity(process.pid, cores)
    return process


def wait_until(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float) -> None:
    """Returns when `is_ready` returns True.

    Raises:
        ProcessFailed: the process ended, or is not ready after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ProcessFailed(f"{log.stem} ended with {process.returncode}; {log} ends with:\n{end_of(log)}")
        if is_ready():
            return
        time.sleep(POLL_SECONDS)
    raise ProcessFailed(f"{log.stem} is not ready after {seconds} s; {log} ends with:\n{end_of(log)}")


@contextlib.contextmanager
def ready(
    process: subprocess.Popen[bytes],
    log: Path,
    is_ready: Callable[[], bool],
    seconds: float,
    stop_seconds: float = STOP_SECONDS,
) -> Iterator[None]:
    """Waits until a started process is ready, and stops it at the end of the block.

    Raises:
        ProcessFailed: the process ended, or is not ready after `seconds`.
    """
    try:
        wait_until(is_ready, process, log, seconds)
        yield
    finally:
        stop(process, stop_seconds)


def stop(process: subprocess.Popen[bytes], seconds: float = STOP_SECONDS) -> None:
    """SIGTERM, then `kill -9` after `seconds`. Safe to call twice."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def answers(port: int, path: str) -> bool:
    """True if a GET of the path answers 200."""
    # Not urllib, which asks the proxy that the environment may name.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def end_of(log: Path) -> str:
    return log.read_bytes()[-LOG_BYTES:].decode(errors="replace")
