"""Measures recognisers on the sets of `tasks.py`: accuracy at each stage, every set counting alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from infra.symbols.seen import STAGES, Floats
from infra.symbols.tasks import Task, labels_of
from training.models.few_shot.recogniser import Examples, FewShot

VOTE_TEMPERATURE = 0.06  # that of personal answers

# Vectors (drawings, STAGES, d), a task -> probabilities (drawings that are read, STAGES, classes).
Recogniser = Callable[[Floats, Task], Floats]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares from 0 to 1."""

    what: str  # the examples' writers
    each: int  # examples of each class
    method: str
    sets: int
    drawings: int
    stages: NDArray[np.float64]  # (STAGES,)

    @property
    def finished(self) -> float:
        return float(self.stages[-1])

    @property
    def mean(self) -> float:
        return float(self.stages.mean())


def measure(
    what: str, each: int, method: str, tasks: Sequence[Task], vectors: Floats, recogniser: Recogniser
) -> Accuracy:
    found = []
    for task in tasks:
        _, labels = labels_of(task.read)
        found.append((recogniser(vectors, task).argmax(axis=2) == labels[:, None]).mean(axis=0))
    return Accuracy(what, each, method, len(tasks), sum(len(task.read) for task in tasks), np.mean(found, axis=0))


def few_shot(vectors: Floats, task: Task) -> Floats:
    """The recogniser that the service uses; `vectors` are those of its metric."""
    given, labels = labels_of(task.examples)
    read, _ = labels_of(task.read)
    recogniser = FewShot(Examples(vectors[given], labels), range(task.classes))
    rows = recogniser.probabilities(vectors[read].reshape(-1, vectors.shape[2]))
    return rows.reshape(len(read), STAGES, task.classes)


def vote(vectors: Floats, task: Task) -> Floats:
    """The vote of `service/personal/vote.py`, without a model's own probabilities; `vectors` have length 1."""
    given, labels = labels_of(task.examples)
    read, _ = labels_of(task.read)
    size = vectors.shape[2]
    alike = vectors[read].reshape(-1, size) @ vectors[given].reshape(-1, size).T
    closest = alike.reshape(len(read), STAGES, len(given), STAGES).max(axis=3)
    shares = np.exp((closest - 1) / np.float32(VOTE_TEMPERATURE))
    return np.stack([shares[:, :, labels == label].sum(axis=2) for label in range(task.classes)], axis=2)
