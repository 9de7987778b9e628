"""Two hundred new champions while a hundred people draw."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from collector.storage.folder_store import FolderStore
from infra.bench.serving.versions import answers, make_versions
from infra.harness.champions import shipped_artifact
from infra.harness.clients.load import Latency, Pace, latency_of, open_loop_running, pinned_service
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import Result, Row, Setting, judge
from training.models.artifact import Artifact
from training.models.registry import Registry

TITLE = "Model swaps under load"
TEXT = """\
The load of a hundred drawers, without swaps and with two hundred, alternating. Eight versions of `softmax` with
different weights are in the store, and the pointer moves from one to the next; the service polls every twentieth of a
second, checks the version completely and makes it ready while it goes on answering. All sockets send the same frame
again and again: each version's answers to it are computed beforehand, and a reply that names one version with any but
that version's own numbers counts as mixed.

The cost of a swap: about 10 ms in a thread beside the event loop, 7 of them to unpack and check the weights, 1 to hash;
both release Python's lock. LiteRT holds it for the 1.6 ms in which it makes a model ready, which can't be divided. The
thread has a niceness of 10, so that it runs where predictions leave the core idle. Sockets get the message about the
new model five at a time, or with their next answer, whichever comes first. Python hands over its lock every 0.5 ms here
(`service/server.py`); with its default of 5 ms the 99th percentile was three times as high. By default the service
polls once a second, which leaves a hundredth of that cost.
"""

DRAWERS, RATE = 100, 60.0
VERSIONS, SWAPS = 8, 200
EVERY = 0.1  # s between swaps
POLL_SECONDS = 0.05
GOAL = 1.2


def measure(setting: Setting) -> Result:
    swaps = 5 if setting.quick else SWAPS
    versions = make_versions(shipped_artifact("softmax"), VERSIONS)
    frames = make_frames("ink20", 10, setting.drawings)[-1:]  # a finished digit
    var = setting.scratch / "var"
    registry = _publish(var / "store", versions)
    pace = Pace(frames, DRAWERS, RATE, swaps * EVERY, "softmax", keep_probabilities=True)
    with pinned_service(var, poll_seconds=POLL_SECONDS) as service:
        still = _load(service.websocket_url, pace, registry, ())
        names = [versions[number % VERSIONS].card.version for number in range(1, swaps + 1)]
        swapped = _load(service.websocket_url, pace, registry, names)
    own = {version.card.version: answers(version, frames) for version in versions}
    return Result(_rows(still, swapped, swaps, _mixed(swapped, own)))


def _publish(store: Path, versions: Sequence[Artifact]) -> Registry:
    registry = Registry(FolderStore(store))
    for version in versions:
        registry.publish(version, {})
    registry.promote("softmax", versions[0].card.version, "bench")
    return registry


def _load(url: str, pace: Pace, registry: Registry, names: Sequence[str]) -> Latency:
    with open_loop_running(url, pace) as client:
        _swap(registry, names, client)
        return latency_of(client)


def _swap(registry: Registry, names: Sequence[str], client: subprocess.Popen[str]) -> None:
    due = time.monotonic()
    for name in names:
        registry.promote("softmax", name, "bench")
        due += EVERY
        time.sleep(max(0.0, due - time.monotonic()))
        if client.poll() is not None:
            return


def _mixed(found: Latency, own: dict[str, set[str]]) -> int:
    """Distinct replies with other numbers than those of the version that they name."""
    return sum(len(set(given) - own.get(model, set())) for model, given in found.probabilities.items())


def _rows(still: Latency, swapped: Latency, swaps: int, mixed: int) -> tuple[Row, ...]:
    errors = swapped.errors + swapped.closed + swapped.lost
    ratio = swapped.p99 / still.p99 if still.p99 else 0.0
    replies = f"{len(swapped.probabilities)} versions answered, {swapped.answered:,} replies"
    return (
        Row(
            f"99th percentile with {swaps} swaps, beside without", swapped.p99, "ms", still.p99, ratio,
            f"<= {GOAL:g} times that without", judge(ratio <= GOAL),
        ),
        Row("errors, closed sockets and lost answers during the swaps", errors, goal="0", outcome=judge(errors == 0)),
        Row("replies that mix two versions", mixed, "", goal="0", outcome=judge(mixed == 0), note=replies),
    )  # fmt: skip
