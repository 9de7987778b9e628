"""Runs the load client and the services it measures, each pinned to its own core."""

from __future__ import annotations

import base64
import contextlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.harness.data.frames import make_frames
from infra.harness.results.rows import percentile
from infra.harness.service_process import RunningService, running_service

Cores = tuple[int, ...]
Span = tuple[float, float]  # two moments of the monotonic clock


class LoadFailed(RuntimeError):
    """The client ended with an error; the message ends with its output."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """The result of a closed loop."""

    per_second: float
    client_busy: float  # share of its core
    reply_bytes: float
    errors: int
    closed: int
    times: Sequence[float]  # seconds that answers took, sampled; empty unless timed


@dataclass(frozen=True, slots=True)
class Latency:
    """The result of an open loop; `ms` at the shares 0.5, 0.9, 0.99, 0.999 and 1."""

    sent: int
    answered: int
    coalesced: int
    lost: int
    errors: int
    closed: int
    client_busy: float
    ms: tuple[float, ...]
    probabilities: Mapping[str, Sequence[str]]  # by model: each distinct list

    @property
    def p50(self) -> float:
        return self.ms[0]

    @property
    def p99(self) -> float:
        return self.ms[2]


@dataclass(frozen=True, slots=True)
class Pace:
    """An open loop: frames, sockets, rate and duration."""

    frames: Sequence[bytes]
    sockets: int
    rate: float  # frames/s of each socket
    seconds: float
    family: str | None = None
    cores: Cores | None = None  # of the client; the last core by default
    spin: bool = True  # polls the clock, for a timer is up to a millisecond late; needs a core of its own
    keep_probabilities: bool = False


@dataclass(slots=True)
class Drawers:
    """Answers to drawing visitors: when each frame was due, and the seconds until its answer."""

    _answers: list[tuple[float, float]] = field(default_factory=list)

    def fill(self, found: Mapping[str, Any]) -> None:
        # One that was never answered took until the end.
        self._answers += [(due, took) for due, took in (*found["answers"], *found["unanswered"])]

    def answered(self, begin: float, end: float) -> int:
        """The number of answers that came in a span."""
        return sum(begin <= due + took < end for due, took in self._answers)

    def p99(self, begin: float, end: float) -> float:
        """99th percentile in ms of the frames due in a span; infinite if there are none."""
        times = [took for due, took in self._answers if begin <= due < end]
        return 1000 * percentile(times, 99) if times else math.inf


def span(seconds: float) -> Span:
    """Sleeps, and returns when that was."""
    began = time.monotonic()
    time.sleep(seconds)
    return began, time.monotonic()


def service_cores() -> Cores:
    return tuple(sorted(os.sched_getaffinity(0)))[:1]


def client_cores() -> Cores:
    """The last core, which is not the service's if there are two."""
    return tuple(sorted(os.sched_getaffinity(0)))[-1:]


@contextlib.contextmanager
def pinned_service(var: Path, cores: Cores | None = None, **settings: object) -> Iterator[RunningService]:
    """A ready service on these cores (the first by default), with settings by name."""
    env = {"MIDSTROKE_LOG_LEVEL": "warning", **{f"MIDSTROKE_{k.upper()}": str(v) for k, v in settings.items()}}
    with running_service(var, env=env, cores=cores or service_cores()) as service:
        yield service


def closed_loop(
    url: str,
    frames: Sequence[bytes],
    sockets: int,
    seconds: float,
    family: str | None = None,
    warm_up: float = 1.0,
    cores: Cores | None = None,
    timed: bool = False,
    contributor: str | None = None,
) -> Throughput:
    """Each socket sends its next frame when the last is answered; `timed` keeps the time of each answer.

    `{number}` in the `contributor` that its hello names becomes the socket's number.
    """
    hello = {**(_hello(family) or {}), **({"contributor": contributor} if contributor else {})}
    plan = _plan("closed", url, frames, sockets, hello or None, cores)
    with _client(plan | {"seconds": seconds, "warm_up": warm_up, "timed": timed}) as client:
        return Throughput(**_next_line(client))


def open_loop(url: str, pace: Pace) -> Latency:
    with open_loop_running(url, pace) as client:
        return latency_of(client)


@contextlib.contextmanager
def open_loop_running(url: str, pace: Pace) -> Iterator[subprocess.Popen[str]]:
    """The client after its warm-up, while the caller does something to the service; then `latency_of`."""
    paced = {"rate": pace.rate, "seconds": pace.seconds, "warm_up": 1.0, "spin": pace.spin, "coalesce": True}
    plan = _plan("open", url, pace.frames, pace.sockets, _hello(pace.family), pace.cores) | paced
    with _client(plan | {"keep_probabilities": pace.keep_probabilities}) as client:
        _next_line(client)
        yield client


def latency_of(client: subprocess.Popen[str]) -> Latency:
    """Waits for the client's result."""
    found = {name: value for name, value in _next_line(client).items() if name not in ("answers", "unanswered")}
    return Latency(**{**found, "ms": tuple(found["ms"])})


@contextlib.contextmanager
def drawing_clients(url: str, clients: int = 20, per_second: float = 20, coalesce: bool = False) -> Iterator[Drawers]:
    """Visitors who draw until the block ends; their figures are complete after it."""
    frames = make_frames("path48", 10)[-1:]  # the smallest snapshots
    paced = {"rate": per_second, "seconds": None, "warm_up": 1.0, "spin": False, "keep_probabilities": False}
    plan = _plan("open", url, frames, clients, {"coalesce": coalesce}, ()) | paced
    with _client(plan | {"coalesce": coalesce}) as client:
        _next_line(client)
        drawers = Drawers()
        yield drawers
        if client.stdin is not None:
            client.stdin.close()
        drawers.fill(_next_line(client))


@contextlib.contextmanager
def idle_sockets(url: str, sockets: int) -> Iterator[None]:
    """Keeps sockets open until the block ends."""
    with _client(_plan("idle", url, (), sockets, None)) as client:
        _next_line(client)
        yield
        if client.stdin is not None:
            client.stdin.close()
        client.wait()


def _hello(family: str | None) -> dict[str, Any] | None:
    return {"family": family} if family else None


def _plan(
    kind: str,
    url: str,
    frames: Sequence[bytes],
    sockets: int,
    hello: dict[str, Any] | None,
    cores: Cores | None = None,
) -> dict[str, Any]:
    return {
        "kind": kind,
        "url": url,
        "sockets": sockets,
        "cores": client_cores() if cores is None else cores,
        "hello": hello,
        "frames": [base64.b64encode(frame).decode() for frame in frames],
    }


@contextlib.contextmanager
def _client(plan: Mapping[str, Any]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "infra.harness.clients.load_client"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as client:
        try:
            if client.stdin is not None:
                client.stdin.write(json.dumps(plan) + "\n")
                client.stdin.flush()
            yield client
        finally:
            client.kill()


def _next_line(client: subprocess.Popen[str]) -> dict[str, Any]:
    line = client.stdout.readline() if client.stdout is not None else ""
    if not line.endswith("\n"):  # a part of a line: it was killed while the pipe, which holds 64 KiB, was full
        errors = (client.stderr.read() if client.stderr is not None else "").strip()[-1000:]
        raise LoadFailed(
            f"the load client ended with {client.wait()} after {len(line)} characters of a result: {errors}"
        )
    found: dict[str, Any] = json.loads(line)
    return found
