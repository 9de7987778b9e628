"""A hundred people draw while the trainer trains on the same cores."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import NoSuchObject, ObjectStore
from infra.harness.clients.load import Latency, Pace, open_loop, pinned_service
from infra.harness.data.contribute import contribute, name_for
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import Result, Row, Setting, judge
from infra.harness.trainer_process import running_trainer
from training.data.generated.reference import reference_drawings

TITLE = "Drawing while the trainer trains"
TEXT = """\
The service, the clients and the trainer have the same cores, and the kernel schedules them. The trainer yields: it
trains on one thread, at a niceness of 10. It trains `path` further on twenty new drawings: once unmeasured, because
TensorFlow is loaded then, and afterwards alternately alone and under the load of a hundred drawers for as long as it
takes, with a stretch of the load alone between. The figures are medians of the rounds. The clients sleep for a
millisecond at a time here, because they must not take a core from the others; that delays each answer by up to a
millisecond, with the trainer and without.

Where the time goes: of two cores the service takes 0.75 to 0.95 under this load (on a busy machine) and the clients
0.2, so that about one is left for the trainer, which takes 0.95 of one when it is alone.
"""

DRAWERS, RATE = 100, 60.0
NEW = 20  # drawings that start a training
TURNS = 3
FAMILY = "path"  # takes longest
SECONDS = 2.0  # of each stretch of load
TAIL_GOAL, TRAINING_GOAL = 1.5, 2.0
TRAINER = {"MIDSTROKE_RETRAIN_AFTER": str(NEW), "MIDSTROKE_TRAINER_POLL_SECONDS": "0.5"}
LONGEST_SECONDS = 240.0  # of one training


class NotTrained(RuntimeError):
    """The trainer did not reach the expected state."""


def measure(setting: Setting) -> Result:
    cores = tuple(sorted(os.sched_getaffinity(0)))
    var = setting.scratch / "var"
    trainings = _Trainings(FolderStore(var / "store"))
    frames = make_frames("ink20", 200, setting.drawings)
    pace = Pace(frames, DRAWERS, RATE, 0.5 if setting.quick else SECONDS, "softmax", cores, spin=False)
    without, during = list[Latency](), list[Latency]()
    alone, beside = list[float](), list[float]()
    with pinned_service(var, cores) as service, running_trainer(var, TRAINER, [FAMILY]):
        trainings.start()
        trainings.wait()
        for _ in range(1 if setting.quick else TURNS):
            began = trainings.start()
            alone.append(trainings.wait() - began)
            without.append(open_loop(service.websocket_url, pace))
            began = trainings.start()
            ended = _load_while(trainings, service.websocket_url, pace, during)
            beside.append(ended - began)
    return Result(_rows(without, during, median(alone), median(beside)))


class _Trainings:
    """New drawings for the trainer, and its status."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._drawings = reference_drawings("replay")
        self._given = 0
        # Each twenty must come after the last, a second apart, and none in the future.
        self._began = datetime.now(UTC) - timedelta(hours=1)

    def start(self) -> float:
        """Gives the trainer the drawings that start a training; returns when it has begun."""
        given = [replace(drawing, id=f"{drawing.id}-{self._given}") for drawing in self._drawings[:NEW]]
        when = self._began + timedelta(seconds=self._given)
        self._given += NEW
        contribute(self._store, given, when, name_for("training", "bench"))
        return self._await(("training",))

    def wait(self) -> float:
        """Returns when the training is over."""
        return self._await(("published", "refused", "waiting"))

    def _await(self, states: Sequence[str]) -> float:
        deadline = time.monotonic() + LONGEST_SECONDS
        while self._state() not in states:
            if time.monotonic() > deadline:
                raise NotTrained(f"the trainer is {self._state()!r} after {LONGEST_SECONDS} s, expected {states}")
            time.sleep(0.05)
        return time.monotonic()

    def _state(self) -> str:
        try:
            return str(json.loads(self._store.get(TRAINER_STATUS))["state"])
        except NoSuchObject:
            return ""


def _load_while(trainings: _Trainings, url: str, pace: Pace, during: list[Latency]) -> float:
    """Stretches of load until the training is over, and when that was.

    The last, in which it ended, is not counted if there are others.
    """
    found = []
    with ThreadPoolExecutor(1) as watching:
        ended = watching.submit(trainings.wait)
        while not ended.done():
            found.append(open_loop(url, pace))
    if not found:
        raise NotTrained("the training was over before the load began")
    during += found[:-1] or found
    return ended.result()


def _rows(without: Sequence[Latency], during: Sequence[Latency], alone: float, beside: float) -> tuple[Row, ...]:
    ours, theirs = (median(found.p99 for found in many) for many in (during, without))
    lost, errors, closed = (sum(getattr(found, name) for found in during) for name in ("lost", "errors", "closed"))
    faults = f"{lost} lost, {errors} errors, {closed} sockets closed"
    return (
        Row(
            "99th percentile while training, beside without", ours, "ms", theirs, ours / theirs,
            f"<= {TAIL_GOAL:g} times that without", judge(ours / theirs <= TAIL_GOAL), faults,
        ),
        Row(
            "training under the load, beside alone", beside, "s", alone, beside / alone,
            f"<= {TRAINING_GOAL:g} times alone", judge(beside / alone <= TRAINING_GOAL),
        ),
    )  # fmt: skip
