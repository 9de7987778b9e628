"""Measures latency while a challenger answers the visitors' frames unseen, beside the same service without one."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from collector.storage.folder_store import FolderStore
from infra.harness.champions import shipped_artifact
from infra.harness.clients.load import Pace, open_loop, pinned_service
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import CannotRun, Result, Row, Setting, judge
from training.models.shadow import ShadowStore

TITLE = "Shadow traffic"
TEXT = """\
A challenger answers a tenth of the frames of fifty visitors unseen (`MIDSTROKE_SHADOW_PERCENT=10`), beside the same
service without one; both run at once on the same core, and rounds of both alternate. The challenger is the `path` model
that ships, under another version. The second row is how many frames were compared.
"""

FAMILY, NEWER = "path", "20991121T034500Z-1f2e3d"
PERCENT = 10
SOCKETS, RATE = 50, 20.0  # frames/s of each
ROUNDS, SECONDS = 5, 4.0
MOST = 1.2  # times the p99 without
WAIT_SECONDS = 30.0  # for a challenger's first counts


def measure(setting: Setting) -> Result:
    rounds, seconds = (1, 0.5) if setting.quick else (ROUNDS, SECONDS)
    frames = make_frames("path48", 200, setting.drawings)
    pace = Pace(frames, SOCKETS, RATE, seconds, FAMILY)
    var = setting.scratch / "shadowed"
    shadow, champion = _challenge(var)
    ours, theirs = [], []
    with (
        pinned_service(var, shadow_percent=PERCENT) as shadowed,
        pinned_service(setting.scratch / "plain") as plain,
    ):
        _wait_for_counts(shadow, champion, shadowed.websocket_url, replace(pace, seconds=0.5))
        for _ in range(rounds):
            theirs.append(open_loop(plain.websocket_url, pace).p99)
            ours.append(open_loop(shadowed.websocket_url, pace).p99)
    mine, other = median(ours), median(theirs)
    name = f"p99, {SOCKETS} visitors of {RATE:g} frames/s, {FAMILY}, {PERCENT} % unseen; beside it none"
    met = mine / other <= MOST
    row = Row(name, mine, "ms", other, mine / other, f"<= {MOST:g} times", judge(met))
    compared = shadow.read_counts(FAMILY, champion, NEWER)[0].frames
    return Result((row, Row("frames compared", float(compared), "frames")))


def _challenge(var: Path) -> tuple[ShadowStore, str]:
    """A store whose challenger is the shipped model again; and the champion's version."""
    artifact = shipped_artifact(FAMILY)
    shadow = ShadowStore(FolderStore(var / "store"))
    card = replace(artifact.card, version=NEWER, replaces=artifact.card.version)
    shadow.registry.publish(replace(artifact, card=card), {})
    shadow.registry.promote(FAMILY, NEWER, "gate passed")
    return shadow, artifact.card.version


def _wait_for_counts(shadow: ShadowStore, champion: str, url: str, pace: Pace) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while shadow.read_counts(FAMILY, champion, NEWER)[0].frames == 0:
        if time.monotonic() > deadline:
            raise CannotRun(f"no frame was compared within {WAIT_SECONDS:g} s")
        open_loop(url, pace)
        time.sleep(1.0)
