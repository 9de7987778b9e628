"""Peers' servers and the clients that ask them, as processes; each on its core. What is told of them is elsewhere."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.harness.load import client_cores, service_cores
from infra.harness.load_client import percentile
from infra.harness.processes import free_port

START_SECONDS = 90.0  # TensorFlow on a busy machine
CLIENT_SECONDS = 120.0
QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


class PeerFailed(RuntimeError):
    """A peer's server never answered, or its clients ended with an error; the message has their last words."""


@dataclass(frozen=True, slots=True)
class Span:
    """How long clients ask; what is answered in the warm-up does not count."""

    warm_up: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """How fast answers came."""

    per_second: float
    p50: float  # ms
    p99: float  # ms
    client_busy: float  # share of its core


@contextlib.contextmanager
def peer_server(python: Path, module: str, weights: Path, scratch: Path) -> Iterator[int]:
    """The port of a server of `infra.bench.peers`, kept to the service's core."""
    port = free_port()
    command = [str(python), "-m", f"infra.bench.peers.{module}", str(port), str(weights)]
    log = scratch / f"{module}.log"
    env = {**os.environ, **QUIET, "GRADIO_TEMP_DIR": str(scratch / "gradio")}
    with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env=env) as process:
        try:
            # Before it has any threads: these inherit where they may run.
            os.sched_setaffinity(process.pid, service_cores())
            _wait_for(port, process, log)
            yield port
        finally:
            process.kill()


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise PeerFailed(f"{log.stem} did not listen on port {port}:\n{log.read_text(errors='replace')[-1000:]}")


def ask_websocket(url: str, family: str | None, frames: Sequence[bytes], clients: int, span: Span) -> Answers:
    hello = {"type": "hello", "family": family} if family else None
    return _ask({"kind": "websocket", "url": url, "hello": hello}, frames, clients, span)


def ask_post(port: int, path: str, bodies: Sequence[bytes], clients: int, span: Span) -> Answers:
    return _ask({"kind": "post", "port": port, "path": path}, bodies, clients, span)


def _ask(where: dict[str, Any], frames: Sequence[bytes], clients: int, span: Span) -> Answers:
    plan = {
        **where,
        "sockets": clients,
        "cores": client_cores(),
        "frames": [base64.b64encode(frame).decode() for frame in frames],
        "warm_up": span.warm_up,
        "seconds": span.seconds,
    }
    command = [sys.executable, "-m", "infra.bench.peers.load_client"]
    return _answers_of(command, json.dumps(plan) + "\n", span)


def ask_gradio(python: Path, port: int, pictures: Sequence[Path], clients: int, span: Span) -> Answers:
    """By Gradio's own client, in the peers' environment."""
    plan = {
        "url": f"http://127.0.0.1:{port}",
        "clients": clients,
        "cores": client_cores(),
        "pictures": [str(picture) for picture in pictures],
        "warm_up": span.warm_up,
        "seconds": span.seconds,
    }
    command = [str(python), "-m", "infra.bench.peers.gradio_clients"]
    return _answers_of(command, json.dumps(plan) + "\n", span)


def _answers_of(command: Sequence[str], plan: str, span: Span) -> Answers:
    env = {**os.environ, **QUIET}
    ended = subprocess.run(
        command, input=plan, env=env, capture_output=True, text=True, timeout=CLIENT_SECONDS, check=False
    )
    if ended.returncode != 0:
        raise PeerFailed(f"{' '.join(command)[:200]}:\n{ended.stderr.strip()[-1000:]}")
    return answers_of(json.loads(ended.stdout), span.seconds)


def answers_of(found: dict[str, Any], seconds: float) -> Answers:
    """What a client printed, as figures.

    Raises:
        PeerFailed: wrong answers, or none at all.
    """
    if found.get("errors"):
        raise PeerFailed(f"{found['errors']} errors among {len(found['taken'])} answers")
    if not found["taken"]:
        raise PeerFailed(f"no answer within {seconds} s")
    taken = [1000 * one for one in found["taken"]]
    answered = found.get("answered", len(taken))
    return Answers(answered / seconds, percentile(taken, 0.5), percentile(taken, 0.99), found["client_busy"])
