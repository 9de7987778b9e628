"""Servers and the load client as processes of their own, each on its core; what they found comes back as values."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.harness.processes import free_port
from infra.harness.service_process import RunningService, start_service, stop_service, wait_until_ready

START_SECONDS = 15.0
Cores = tuple[int, ...]


class LoadFailed(RuntimeError):
    """The client ended with an error; the message has its last words."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """What a closed loop found."""

    per_second: float
    client_busy: float  # share of its core
    reply_bytes: float
    errors: int


@dataclass(frozen=True, slots=True)
class Latency:
    """What an open loop found; ms at the shares 0.5, 0.9, 0.99, 0.999 and 1."""

    sent: int
    answered: int
    coalesced: int
    lost: int
    errors: int
    closed: int
    client_busy: float
    ms: tuple[float, float, float, float, float]
    said: Mapping[str, Sequence[str]]  # by model: every distinct list of probabilities

    @property
    def p50(self) -> float:
        return self.ms[0]

    @property
    def p99(self) -> float:
        return self.ms[2]


def service_cores() -> Cores:
    return tuple(sorted(os.sched_getaffinity(0)))[:1]


def client_cores() -> Cores:
    """The last core: another one than the service's wherever there are two."""
    return tuple(sorted(os.sched_getaffinity(0)))[-1:]


@contextlib.contextmanager
def pinned_service(var: Path, cores: Cores | None = None, **settings: object) -> Iterator[RunningService]:
    """A service that is ready, kept to these cores (by default the first); settings by their names."""
    env = {"MIDSTROKE_LOG_LEVEL": "warning", **{f"MIDSTROKE_{k.upper()}": str(v) for k, v in settings.items()}}
    service = start_service(var, env=env)
    try:
        # Before it has any threads: these inherit where they may run.
        os.sched_setaffinity(service.process.pid, cores or service_cores())
        wait_until_ready(service)
        yield service
    finally:
        stop_service(service)


@contextlib.contextmanager
def pinned_echo(kind: str, reply_bytes: int) -> Iterator[str]:
    """The URL of an echo server on the service's core."""
    port = free_port()
    command = [sys.executable, "-m", "infra.bench.serving.echo", kind, str(port), str(reply_bytes)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        os.sched_setaffinity(process.pid, service_cores())
        _wait_for(port)
        yield f"ws://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def closed_loop(
    url: str,
    frames: Sequence[bytes],
    sockets: int,
    seconds: float,
    family: str | None = None,
    warm_up: float = 1.0,
    cores: Cores | None = None,
) -> Throughput:
    """Runs the client to its end, on the last core unless others are given."""
    plan = _plan("closed", url, frames, sockets, family, cores) | {"seconds": seconds, "warm_up": warm_up}
    found = _run(plan)
    return Throughput(found["per_second"], found["client_busy"], found["reply_bytes"], found["errors"])


@dataclass(frozen=True, slots=True)
class Pace:
    """Who draws, how fast and how long, in an open loop."""

    frames: Sequence[bytes]
    sockets: int
    rate: float  # frames a second of each socket
    seconds: float
    family: str | None = None
    cores: Cores | None = None  # of the client; None: the last
    spin: bool = (
        True  # looks at the clock without rest, for a timer is late by up to a millisecond; for a core of its own
    )
    keep_answers: bool = False


def open_loop(url: str, pace: Pace) -> Latency:
    """Runs the client to its end."""
    with open_loop_running(url, pace) as client:
        return latency_of(client)


@contextlib.contextmanager
def open_loop_running(url: str, pace: Pace) -> Iterator[subprocess.Popen[str]]:
    """The client under way, while the caller does something to the service; then `latency_of`."""
    paced = {"rate": pace.rate, "seconds": pace.seconds, "warm_up": 1.0, "spin": pace.spin}
    plan = _plan("open", url, pace.frames, pace.sockets, pace.family, pace.cores) | paced
    with _client(plan | {"keep_answers": pace.keep_answers}) as client:
        yield client


def latency_of(client: subprocess.Popen[str]) -> Latency:
    """What the client found, once it is done."""
    found = _result(client)
    return Latency(**{**found, "ms": tuple(found["ms"])})


@contextlib.contextmanager
def idle_sockets(url: str, sockets: int) -> Iterator[None]:
    """So many sockets stand open."""
    with _client(_plan("idle", url, (), sockets, None)) as client:
        if client.stdout is None or not client.stdout.readline():
            raise LoadFailed(f"{sockets} sockets could not be opened: {_last_words(client)}")
        yield
        if client.stdin is not None:
            client.stdin.close()
        client.wait()


def _plan(
    kind: str, url: str, frames: Sequence[bytes], sockets: int, family: str | None, cores: Cores | None = None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "url": url,
        "sockets": sockets,
        "cores": cores or client_cores(),
        "hello": {"type": "hello", "family": family} if family else None,
        "frames": [base64.b64encode(frame).decode() for frame in frames],
    }


def _run(plan: Mapping[str, Any]) -> dict[str, Any]:
    with _client(plan) as client:
        return _result(client)


@contextlib.contextmanager
def _client(plan: Mapping[str, Any]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "infra.harness.load_client"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as client:
        try:
            if client.stdin is not None:
                client.stdin.write(json.dumps(plan) + "\n")
                client.stdin.flush()
            yield client
        finally:
            client.kill()


def _result(client: subprocess.Popen[str]) -> dict[str, Any]:
    line = client.stdout.readline() if client.stdout is not None else ""
    if not line:
        raise LoadFailed(_last_words(client))
    found: dict[str, Any] = json.loads(line)
    return found


def _last_words(client: subprocess.Popen[str]) -> str:
    words = client.stderr.read() if client.stderr is not None else ""
    return words.strip()[-1000:]


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if time.monotonic() > deadline:
            raise LoadFailed(f"nothing listens on port {port} after {START_SECONDS} s")
        time.sleep(0.02)
