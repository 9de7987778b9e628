"""The label filter of a symbol set: rejects drawings whose label the set's other drawings find nearly impossible.

Digits are filtered by the shipped model. No model ships for a set, so each drawing is read by its nearest neighbours
among the drawings of other folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.models.few_shot.recogniser import Examples, FewShot

LEAST_LABEL_PROBABILITY = 0.02  # of the finished drawing, as of digits
SURE = 0.6  # probability of another class from which on a label that is nearly impossible is rejected
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """For each drawing: whether it may train, and whether its label is also the best guess, so that it may validate."""

    accepted: NDArray[np.bool_]
    agreeing: NDArray[np.bool_]


def filter_labels(examples: Examples, ids: Sequence[str], classes: int) -> Verdicts:
    """Reads each drawing by those of the other folds; `examples` have labels below `classes`."""
    order = np.argsort(np.array(ids))
    folds = np.empty(len(ids), np.int64)
    folds[order] = np.arange(len(ids)) % FOLDS
    finished = np.full((len(ids), classes), 1 / classes, np.float32)
    for fold in range(FOLDS):
        own = folds == fold
        if own.any() and not own.all():
            others = FewShot(examples.only(~own), range(classes), finished=1)  # some of their labels are wrong too
            finished[own] = others.probabilities(examples.vectors[own][:, -1])
    of_label = finished[np.arange(len(ids)), examples.labels]
    best = finished.max(axis=1)
    accepted = (of_label >= LEAST_LABEL_PROBABILITY) | (best < SURE)
    return Verdicts(accepted, of_label == best)
