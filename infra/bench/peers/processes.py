"""Runs the peers' servers and the clients that ask them, each on its own core."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.harness.clients.load import client_cores, closed_loop, service_cores
from infra.harness.processes import free_port, listens, ready, start
from infra.harness.results.rows import percentile

START_SECONDS = 90.0  # TensorFlow on a busy machine
CLIENT_SECONDS = 120.0
QUIET = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


class PeerFailed(RuntimeError):
    """A peer's clients ended with an error or got wrong answers."""


@dataclass(frozen=True, slots=True)
class Span:
    """The duration of the load; answers during the warm-up do not count."""

    warm_up: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Answers:
    """The rate and the latency of answers."""

    per_second: float
    p50: float  # ms
    p99: float  # ms
    client_busy: float  # share of its core


@contextlib.contextmanager
def peer_server(python: Path, module: str, weights: Path, scratch: Path) -> Iterator[int]:
    """The port of a peer's server on the service's core; `module` is its module here and its arguments."""
    port = free_port()
    name, *more = module.split()
    command = [str(python), "-m", f"infra.bench.peers.{name}", str(port), str(weights), *more]
    log = scratch / f"{name}.log"
    process = start(command, log, {**os.environ, **QUIET, "GRADIO_TEMP_DIR": str(scratch / "gradio")}, service_cores())
    with ready(process, log, lambda: listens(port), START_SECONDS):
        yield port


def ask_websocket(url: str, family: str | None, frames: Sequence[bytes], clients: int, span: Span) -> Answers:
    found = closed_loop(url, frames, clients, span.seconds, family, span.warm_up, timed=True)
    return answers_of(
        {
            "answered": found.per_second * span.seconds,
            "times": found.times,
            "client_busy": found.client_busy,
            "errors": found.errors + found.closed,
        },
        span.seconds,
    )


def ask_post(port: int, path: str, bodies: Sequence[bytes], clients: int, span: Span) -> Answers:
    plan = {"port": port, "path": path, "bodies": [base64.b64encode(body).decode() for body in bodies]}
    return _ask([sys.executable, "-m", "infra.bench.peers.http_client"], plan, clients, span)


def ask_gradio(python: Path, port: int, pictures: Sequence[Path], clients: int, span: Span) -> Answers:
    """Uses Gradio's own client, in the peers' environment."""
    plan = {"url": f"http://127.0.0.1:{port}", "pictures": [str(picture) for picture in pictures]}
    return _ask([str(python), "-m", "infra.bench.peers.gradio_clients"], plan, clients, span)


def _ask(command: Sequence[str], plan: dict[str, Any], clients: int, span: Span) -> Answers:
    spanned = {"clients": clients, "cores": client_cores(), "warm_up": span.warm_up, "seconds": span.seconds}
    done = subprocess.run(
        command,
        input=json.dumps(plan | spanned) + "\n",
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        timeout=CLIENT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise PeerFailed(f"{' '.join(command)[:200]}:\n{done.stderr.strip()[-1000:]}")
    return answers_of(json.loads(done.stdout), span.seconds)


def answers_of(found: dict[str, Any], seconds: float) -> Answers:
    """Figures from a client's output.

    Raises:
        PeerFailed: wrong answers, or none at all.
    """
    if found.get("errors"):
        raise PeerFailed(f"{found['errors']} errors among {len(found['times'])} answers")
    if not found["times"]:
        raise PeerFailed(f"no answer within {seconds} s")
    times = [1000 * each for each in found["times"]]
    answered = found.get("answered", len(times))
    return Answers(answered / seconds, percentile(times, 50), percentile(times, 99), found["client_busy"])
