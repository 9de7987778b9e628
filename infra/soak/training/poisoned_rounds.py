"""An attack taken through the trainer itself, round after round, and what is served after each."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from collector.storage.memory_store import MemoryStore
from infra.harness.champions import champion_of
from infra.harness.data.contribute import contribute
from infra.soak.training.poisoning import Attack, Drawings
from training.evaluation.evaluation import Evaluation, EvaluationSet, evaluate, prepare
from training.families.recipes import family_named
from training.learning.challenger import Run
from training.learning.trainer import Trainer
from training.models.artifact import check_artifact
from training.models.registry import Registry
from training.models.shipped import seed_first_models

START = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Story:
    """The result of an attack on one family; falls are in points of 100, the deepest of all served versions."""

    family: str
    attack: str
    rounds: int
    trained: int  # rounds with anything to train on
    published: int
    mean_fall: float  # over all stages
    finished_fall: float  # at full ink
    recall_fall: float  # of the digit that fell most, at full ink


def story_of(family: str, attack: Attack, others: Drawings, seed: int) -> Story:
    """Every round is trained on, however few of its drawings are accepted."""
    chosen, store = family_named(family), MemoryStore()
    seed_first_models(store)
    registry, measured = Registry(store), prepare(others, chosen.encoding)
    contribute(store, attack.validation, START - APART)
    trainer = Trainer(store, 1, threading.Event(), [chosen], run=Run(seed=seed))
    first = now = _served(registry, family, measured)
    trained = published = 0
    falls = np.zeros(3)
    for number, drawings in enumerate(attack.rounds):
        contribute(store, drawings, START + number * APART)
        outcomes = trainer.poll()
        trained += len(outcomes)
        if outcomes and outcomes[0].verdict.accepted:
            published += 1
            now = _served(registry, family, measured)
        falls = np.maximum(falls, _falls(first, now))
    return Story(family, attack.name, len(attack.rounds), trained, published, *(float(fall) for fall in falls))


def _served(registry: Registry, family: str, measured: EvaluationSet) -> Evaluation:
    return evaluate(check_artifact(champion_of(registry, family)), measured)


def _falls(first: Evaluation, now: Evaluation) -> tuple[float, float, float]:
    recall = np.nanmax(first.recall - now.recall)
    return 100 * (first.mean - now.mean), 100 * (first.at(1.0) - now.at(1.0)), 100 * float(recall)
