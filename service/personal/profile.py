"""One contributor's drawings in the memory of one process, and the answers that use them."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future

import numpy as np

from collector.ink.encodings import Inputs
from service.inference.predictor import Predictor
from service.personal.gain import Gain
from service.personal.memory import Memory
from service.personal.own_drawings import OwnDrawing
from service.wire.replies import Prediction
from service.wire.schemas import PersonalGain, PersonalState

ModelKey = tuple[str, str]  # family and version
OVERHEAD_BYTES = 2048  # of a profile without drawings


class Profile:
    """Shared by all sockets of one contributor. `answer` and `sockets` are for the event loop alone."""

    __slots__ = (
        "_want", "contributor", "drawings", "families", "gain", "gone", "is_recheck_due", "is_stale",
        "is_syncing", "is_used", "loaded", "lock", "measured", "memories", "order", "rechecked_at", "rejected",
        "sockets", "synced_at", "used_at",
    )  # fmt: skip

    def __init__(self, contributor: str, want: Callable[[Profile, str], None]) -> None:
        self.contributor = contributor
        self.sockets = 0
        self.families: frozenset[str] = frozenset()  # that sockets of the contributor use
        self.memories: Mapping[ModelKey, Memory] = {}  # replaced, never changed: any thread may read it
        self.gone: set[str] = set()  # deleted drawings; their ids never come again
        self.is_used = False  # a snapshot was answered since the last look
        self.used_at = self.synced_at = 0.0
        self.rechecked_at = -math.inf
        self.gain: Gain | None = None
        self.measured: Memory | None = None  # the memory that `gain` is of
        self.loaded: Future[None] | None = None  # of the first or latest synchronisation
        self.is_recheck_due = False  # of the label filter's verdicts
        self.is_stale = self.is_syncing = False  # asked for, and under way
        self.lock = threading.Lock()  # of the following
        self.drawings: dict[str, OwnDrawing] = {}
        self.rejected: set[str] = set()  # drawings that don't count: damaged, or rejected by the label filter
        self.order: dict[ModelKey, tuple[str, ...]] = {}  # the ids of each memory's drawings
        self._want = want

    def answer(self, predictor: Predictor, inputs: Inputs) -> Prediction:
        """Predicts one snapshot with the memory for this model; plainly while there is none."""
        self.is_used = True
        memory = self.memories.get(predictor.key)
        if memory is None:
            if predictor.family not in self.families and predictor.embeds:
                self._want(self, predictor.family)
            return predictor.predict(inputs)
        plain = predictor.probabilities(inputs)
        doubt, embedding = predictor.doubt(), predictor.embedding()
        if embedding is None or memory.regression is None:
            return predictor.prediction(plain, doubt)
        weighed = memory.regression.weigh(predictor.compare_by(inputs, embedding), plain)
        if math.isnan(weighed[0]):  # JSON has no NaN
            return predictor.prediction(plain, doubt)
        return predictor.prediction(weighed, 1 - max(plain) if doubt is None else doubt, memory.count)

    def prepare(self, predictor: Predictor, memory: Memory) -> Memory:
        """The new memory with all that answers need; called in the thread that made it."""
        del predictor  # sets need it
        return memory.fitted()

    def describe(self) -> PersonalState:
        """The drawings in memory, for the welcome, and what they gain."""
        memory = max(self.memories.values(), key=lambda each: each.count, default=None)
        if memory is None:
            return PersonalState(drawings=0, digits=0)
        gain = self.gain
        return PersonalState(
            drawings=memory.count,
            digits=int(np.unique(memory.labels).size),
            gain=None
            if gain is None
            else PersonalGain(drawings=gain.drawings, plain=round(gain.plain, 4), personal=round(gain.personal, 4)),
        )

    @property
    def bytes(self) -> int:
        drawings = sum(drawing.bytes for drawing in list(self.drawings.values()))
        return OVERHEAD_BYTES + drawings + sum(memory.bytes for memory in self.memories.values())
