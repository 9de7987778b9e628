"""Predictions/s with fifty own drawings of each of fifty contributors in memory, beside plain ones."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from collector.contribution.contributor import contributor_id, load_or_make_key
from collector.storage.folder_store import FolderStore
from infra.harness.clients.client import ANSWER_SECONDS, connected
from infra.harness.clients.load import closed_loop, pinned_service
from infra.harness.data.contribute import contribute
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import Result, Row, Setting, judge
from infra.harness.service_process import RunningService
from service.paths import key_file
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings
from training.data.generated.reference import reference_drawings

TITLE = "Personal answers"
TEXT = """\
Fifty sockets of fifty contributors, of each of whom the service knows fifty drawings at ten stages: each prediction
compares the snapshot's embedding with 500 others. Beside it the same sockets, frames and service without a contributor;
rounds of both alternate. The loading of the drawings, in threads beside the predictions, is over when the rounds begin.
"""

FAMILY = "path"
CONTRIBUTORS, DRAWINGS = 50, 50
ROUNDS, SECONDS = 3, 2.5
LEAST = 0.75  # of the plain predictions
TOKENS = "bench-contributor-"
LOADING_SECONDS = 120.0
START = datetime(2026, 11, 21, tzinfo=UTC)


def measure(setting: Setting) -> Result:
    rounds, seconds = (1, 0.3) if setting.quick else (ROUNDS, SECONDS)
    contributors, drawings = (3, 5) if setting.quick else (CONTRIBUTORS, DRAWINGS)
    var = setting.scratch / "personal"
    _give(var, contributors, _drawings(setting.drawings, drawings))
    frames = make_frames("path48", 200, setting.drawings)
    plain, personal = [], []
    with pinned_service(var) as service:
        used = [_wait_until_loaded(service, number, drawings, frames[-1]) for number in range(contributors)]
        url, who = service.websocket_url, f"{TOKENS}{{number}}"
        for _ in range(rounds):
            plain.append(closed_loop(url, frames, contributors, seconds, FAMILY).per_second)
            personal.append(closed_loop(url, frames, contributors, seconds, FAMILY, contributor=who).per_second)
    ours, theirs = median(personal), median(plain)
    name = f"{contributors} sockets in closed loop, {FAMILY}, {min(used)} own drawings each; beside it plain ones"
    met = ours / theirs >= LEAST and min(used) == drawings
    return Result((Row(name, ours, "predictions/s", theirs, ours / theirs, f">= {LEAST:.2f} of plain", judge(met)),))


def _drawings(files: Sequence[Path], count: int) -> list[LabelledDrawing]:
    found = [drawing for file in files for drawing in read_drawings(file)] or reference_drawings("replay")
    return [found[number * 7 % len(found)] for number in range(count)]


def _give(var: Path, contributors: int, drawings: Sequence[LabelledDrawing]) -> None:
    """Puts the same drawings under other ids for each contributor: the cost of an answer does not depend on them."""
    key, store = load_or_make_key(key_file(var)), FolderStore(var / "store")
    for number in range(contributors):
        own = [replace(drawing, id=f"{number}/{at}/{drawing.id}") for at, drawing in enumerate(drawings)]
        contribute(store, own, START, contributor_id(key, _token(number)), samples=False)


def _token(number: int) -> str:
    return f"{TOKENS}{number:04d}"


def _wait_until_loaded(service: RunningService, number: int, drawings: int, frame: bytes) -> int:
    """The own drawings that are used, once they are all or after LOADING_SECONDS."""
    deadline = time.monotonic() + LOADING_SECONDS
    with connected(service) as socket:
        socket.send(json.dumps({"type": "hello", "family": FAMILY, "contributor": _token(number)}))
        while True:
            socket.send(frame)
            while (answer := json.loads(socket.recv(ANSWER_SECONDS)))["type"] != "prediction":
                pass
            if answer["personal"] == drawings or time.monotonic() > deadline:
                return int(answer["personal"])
            time.sleep(0.05)
