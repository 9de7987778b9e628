"""Decides how a set's models are validated: on held-out contributors, or by cross-validation where they are few."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import LabelledDrawing

FOLDS = 3  # each is a training of its own
LEAST_VALIDATION = 10  # drawings of held-out contributors; fewer say nothing
LEAST_OF_EACH = 10  # training drawings of each class, without those of held-out contributors


@dataclass(frozen=True, slots=True)
class Split:
    """The drawings to train on, and either those to validate on, or the fold of each training drawing."""

    training: tuple[LabelledDrawing, ...]
    validation: tuple[LabelledDrawing, ...]
    folds: NDArray[np.int64] | None

    @property
    def words(self) -> str:
        """For cards: what the model was evaluated on."""
        if self.folds is None:
            contributors = len({drawing.contributor for drawing in self.validation})
            return f"{_counted(len(self.validation), 'drawing')} by {_counted(contributors, 'held-out contributor')}"
        contributors = len({drawing.contributor for drawing in self.training})
        by = f"{_counted(len(self.training), 'drawing')} by {_counted(contributors, 'contributor')}"
        return f"{by}, cross-validated in {FOLDS} parts: nobody could be held out"


def split(drawings: Sequence[LabelledDrawing], classes: Sequence[int]) -> Split | None:
    """The split of a set's drawings of these classes; None where the drawings that may train lack a class.

    The drawings of held-out contributors never train, unless they are a set's only contributor: then nobody could be
    held out for anybody, and cross-validation keeps each drawing from being read by a model that knows it.
    """
    if len({drawing.contributor for drawing in drawings}) == 1:
        return Split(tuple(drawings), (), _folds(drawings))
    training = tuple(drawing for drawing in drawings if drawing.use == "training")
    validation = tuple(drawing for drawing in drawings if drawing.use == "validation")
    counts = Counter(drawing.label for drawing in training)
    if any(counts[label] < LEAST_OF_EACH for label in classes):
        return None
    if len(validation) < LEAST_VALIDATION:
        return Split(training, (), _folds(training))
    return Split(training, validation, None)


def _folds(drawings: Sequence[LabelledDrawing]) -> NDArray[np.int64]:
    """Folds of equal size in each class, in the order of a hash; the same drawings give the same folds."""
    folds = np.zeros(len(drawings), np.int64)
    counts: Counter[int] = Counter()
    for number in sorted(range(len(drawings)), key=lambda number: _hash(drawings[number].id)):
        label = drawings[number].label
        folds[number] = counts[label] % FOLDS
        counts[label] += 1
    return folds


def _hash(name: str) -> bytes:
    return hashlib.sha256(f"fold {name}".encode()).digest()


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
