"""Rounds of new drawings through the trainer itself, and after each the gain and the cost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from collector.contribution.layout import TRAINER_STATUS
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from infra.harness.data.contribute import contribute, name_for
from infra.learning.writers import Parts
from training.evaluation.evaluation import EvaluationSet, evaluate, prepare
from training.families.recipes import Family
from training.learning.challenger import Run
from training.learning.trainer import Trainer
from training.models.artifact import check_artifact
from training.models.interpreter import Interpreter
from training.models.registry import Registry
from training.models.shipped import seed_first_models
from training.models.status import parse_status

START = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(hours=1)  # between rounds


class NotTrained(ValueError):
    """The family has no model to continue from, or the trainer can't train; the message has the reason."""


@dataclass(frozen=True, slots=True)
class Score:
    """Shares of right guesses: over all ten stages, at half the ink, and on finished drawings."""

    mean: float
    at_50: float
    at_100: float


@dataclass(frozen=True, slots=True)
class Round:
    """The served model after so many new drawings; round 0 is before the first."""

    number: int
    drawings: int  # of the new writer, trained on so far
    accepted: bool
    reasons: tuple[str, ...]
    seconds: float
    own: Score  # the new writer's held-back drawings
    others: Score

    def to_record(self) -> dict[str, Any]:
        return asdict(self)


class Learning:
    """A store in memory with shipped models, validation drawings in it, and a trainer that watches it."""

    def __init__(self, family: Family, models: Path, parts: Parts, run: Run) -> None:
        """Seeds the store and prepares the evaluation sets.

        Raises:
            NotTrained: the folder has no model of the family.
        """
        self._family, self._parts = family, parts
        self._store = MemoryStore()
        seed_first_models(self._store, models)
        self._registry = Registry(self._store)
        if self._registry.champion(family.name) is None:
            raise NotTrained(f"no model of family {family.name} in {models}")
        contribute(self._store, parts.validation, START - APART)
        first = FolderStore(models)
        self._trainer = Trainer(self._store, parts.each, threading.Event(), [family], first_models=first, run=run)
        self._own, self._others = prepare(parts.held_back, family.encoding), prepare(parts.others, family.encoding)

    def rounds(self) -> Iterator[Round]:
        """Round 0 as the model was shipped, then each with its drawings trained on."""
        yield self._measured(0, True, (), 0.0)
        name = name_for("training", self._parts.writer)
        for number, drawings in enumerate(self._parts.rounds, start=1):
            contribute(self._store, drawings, START + number * APART, name)
            began = perf_counter()
            outcomes = self._trainer.poll()
            seconds = perf_counter() - began
            status = parse_status(self._store.get(TRAINER_STATUS))
            if not outcomes:
                raise NotTrained(f"{self._family.name}: the trainer is {status.state}: {' '.join(status.reasons)}")
            yield self._measured(number, outcomes[0].verdict.accepted, status.reasons, seconds)

    def _measured(self, number: int, accepted: bool, reasons: tuple[str, ...], seconds: float) -> Round:
        champion = self._registry.champion(self._family.name)
        if champion is None:
            raise NotTrained(f"family {self._family.name} has lost its champion")
        model = check_artifact(self._registry.load(self._family.name, champion.version))
        own, others = score(model, self._own), score(model, self._others)
        return Round(number, number * self._parts.each, accepted, reasons, seconds, own, others)


def score(model: Interpreter, judged: EvaluationSet) -> Score:
    """The model's accuracy on these drawings."""
    evaluation = evaluate(model, judged)
    return Score(evaluation.mean, evaluation.at(0.5), evaluation.at(1.0))
