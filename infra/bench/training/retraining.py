"""The time from the last of a hundred contributions to the model that learned from them, with growing stores."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from websockets.sync.client import ClientConnection, connect

from collector.contribution.layout import TRAINER_PROGRESS, TRAINER_STATUS
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import NoSuchObject
from infra.bench.training.filled_store import DRAWN, fill
from infra.harness.clients.client import PROTOCOL
from infra.harness.data.contributions import contribution_texts
from infra.harness.data.drawings import drawings_of
from infra.harness.results.rows import Curve, Result, Row, Setting, judge
from infra.harness.service_process import running_service
from infra.harness.trainer_process import TrainerProcess, running_trainer
from training.families.recipes import FAMILIES
from training.learning.state.progress import parse_progress
from training.models.status import TrainerStatus, parse_status

TITLE = "From a drawing to a better model"
TEXT = """\
A service and a trainer run as in `make run`, as two processes over a folder store, with default settings except
`MIDSTROKE_RETRAIN_AFTER`. The store already holds 1,000, 10,000 or 100,000 drawings in shards; their pictures and JSON
files are left out, because neither process reads them again. A hundred drawings for training are contributed over a
websocket, twice: the first hundred finds the trainer cold (it loads TensorFlow), the second is measured. The clock
starts at the acknowledgement of the last contribution. It stops when the service announces a new model to the socket,
and again when the last family is done. Drawings that the label filter removes are replaced by more.

Where the time goes: waiting, up to a poll of the trainer (1 s) and of the service (1 s); then, for each family,
augmented copies of the new drawings, forty batches, the conversion to LiteRT, and evaluation. None of it reads the
whole store: the replay buffer is sampled from a few groups of rows of the shards, and validation drawings are capped at
1,000.

The graph of a family's training is kept from one round to the next, and the reference model's soft labels of
contributed snapshots come from the flatbuffer that is served: of a round of `path` that left arithmetic, conversion and
copies, some 9 s of 15 s (alternating on one busy machine). The hundred drawings' own pictures, about a thousand PNGs,
are read first, by one core.
"""

STORED = (1_000, 10_000, 100_000)
NEW = 100  # drawings for training
GOAL_SECONDS, GOAL_GROWTH = 10.0, 1.5
GIVE_UP_SECONDS = 300.0
QUIET_SECONDS = 10.0  # a few polls of the trainer without a change
LAST_MESSAGE_SECONDS = 3.0  # the service polls once a second
POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from the last acknowledgement."""

    first_served: float
    all_done: float
    served: int  # families with a new model


class NotRetrained(RuntimeError):
    """The contributions led to no training."""


def measure(setting: Setting) -> Result:
    stored = (100, 300) if setting.quick else STORED
    took = {count: _measured(setting, count) for count in stored}
    few, many = took[stored[0]], took[stored[-1]]
    growth = many.first_served / few.first_served
    rows = (
        *(_row(f"{count:,} stored, new model served", each.first_served, each) for count, each in took.items()),
        Row("growth of it", growth, "times", goal=f"< {GOAL_GROWTH}", outcome=judge(growth < GOAL_GROWTH)),
        *(Row(f"{count:,} stored, all families done", each.all_done, "s") for count, each in took.items()),
    )
    lines = {
        "first new model served": tuple((float(count), each.first_served) for count, each in took.items()),
        "all families done": tuple((float(count), each.all_done) for count, each in took.items()),
    }
    return Result(rows, (Curve("Retraining after 100 new drawings", "drawings stored", "s", lines),))


def _row(name: str, seconds: float, took: Took) -> Row:
    note = f"{took.served} of {len(FAMILIES)} families got a new model"
    return Row(name, seconds, "s", goal=f"<= {GOAL_SECONDS:g} s", outcome=judge(seconds <= GOAL_SECONDS), note=note)


def _measured(setting: Setting, count: int) -> Took:
    var = setting.scratch / f"stored-{count}"
    store = FolderStore(var / "store")
    fill(store, count, drawings_of(setting.drawings, DRAWN))
    needed = 10 if setting.quick else NEW
    families = ("original",) if setting.quick else tuple(family.name for family in FAMILIES)
    env = {"MIDSTROKE_RETRAIN_AFTER": str(needed)}
    texts = contribution_texts(seed=count, files=setting.drawings)
    try:
        with running_service(var, env=env) as service, running_trainer(var, env, families) as trainer:
            url = service.websocket_url
            with connect(url, subprotocols=[PROTOCOL], proxy=None, max_size=None) as socket:
                watched = _Round(socket, store, trainer, texts, families)
                watched.run(needed)
                return watched.run(needed)
    finally:
        shutil.rmtree(var, ignore_errors=True)


class _Round:
    """Sends contributions and waits for the training that they start."""

    def __init__(
        self,
        socket: ClientConnection,
        store: FolderStore,
        trainer: TrainerProcess,
        texts: Iterator[tuple[str, str]],
        families: Sequence[str],
    ) -> None:
        self._socket, self._store, self._trainer, self._texts = socket, store, trainer, texts
        self._families = families
        self._versions: dict[str, str] = {}
        self._served: dict[str, float] = {}

    def run(self, needed: int) -> Took:
        """Sends as many as start a training, and follows it to its end.

        Raises:
            NotRetrained: no family got a new model, or it took GIVE_UP_SECONDS.
        """
        before = self._marks()
        acknowledged = self._contribute(needed)
        give_up = acknowledged + GIVE_UP_SECONDS
        quiet_since = acknowledged
        while not self._is_done(before):
            status = self._status()
            if status.state != "waiting" or status.new_drawings >= needed or status.new_drawings == 0:
                quiet_since = time.perf_counter()
            elif time.perf_counter() - quiet_since > QUIET_SECONDS:  # some were filtered
                acknowledged = quiet_since = self._contribute(needed - status.new_drawings)
            self._receive(POLL_SECONDS)
            self._trainer.check()
            if time.perf_counter() > give_up:
                raise NotRetrained(f"{GIVE_UP_SECONDS:g} s after the last contribution the trainer is {status}")
        done = time.perf_counter()
        while time.perf_counter() < done + LAST_MESSAGE_SECONDS:
            self._receive(POLL_SECONDS)
        served = {family: at for family, at in self._served.items() if at > acknowledged}
        if not served:
            raise NotRetrained("every challenger was refused")
        return Took(min(served.values()) - acknowledged, done - acknowledged, len(served))

    def _contribute(self, count: int) -> float:
        """Sends until `count` were accepted for training; returns when the last was."""
        accepted = 0
        for _, text in self._texts:
            self._socket.send(text)
            while (answer := self._receive(GIVE_UP_SECONDS)).get("type") not in ("accepted", "refused"):
                pass
            accepted += answer.get("use") == "training"
            if accepted == count:
                break
        return time.perf_counter()

    def _receive(self, seconds: float) -> dict[str, Any]:
        """The next message, if one comes; notes which models are served."""
        try:
            message: dict[str, Any] = json.loads(self._socket.recv(seconds))
        except TimeoutError:
            return {}
        for model in message.get("models", ()):
            if self._versions.get(model["family"]) != model["model"]:
                self._versions[model["family"]] = model["model"]
                self._served[model["family"]] = time.perf_counter()
        return message

    def _is_done(self, before: dict[str, int]) -> bool:
        """True if every family was trained on, or rejected for, all of the shards."""
        marks = self._marks()
        now = [marks.get(family, 0) for family in self._families]
        return len(set(now)) == 1 and now[0] > max(before.get(family, 0) for family in self._families)

    def _marks(self) -> dict[str, int]:
        try:
            return {name: p.mark for name, p in parse_progress(self._store.get(TRAINER_PROGRESS)).items()}
        except NoSuchObject:
            return {}

    def _status(self) -> TrainerStatus:
        try:
            return parse_status(self._store.get(TRAINER_STATUS))
        except NoSuchObject:
            return TrainerStatus("waiting", 0, 0)
