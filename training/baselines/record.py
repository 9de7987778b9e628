"""One row of the baselines table, and the form of `baselines.json` (`docs/baselines.md`). No training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

CLASSES = 10

Pixels = NDArray[Any]  # (images, pixels), of the type that the classifier's source gave it
Labels = NDArray[np.int64]


class Classifier(Protocol):
    """The part of scikit-learn's classifier interface that is used here."""

    def fit(self, x: Pixels, y: Labels) -> Any: ...

    def predict(self, x: Pixels) -> Any: ...


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the table; shares from 0 to 1. `ink` and later fields are for the project's validation drawings."""

    name: str
    source: str
    year: int | None  # None: the source gives none
    claimed: float | None  # by the source, of its own test
    came_out: float | None  # here, of the same test
    trained_on: str
    ink: tuple[float, ...] = ()
    accuracy: tuple[float, ...] = ()  # at each of `ink`
    mean: float | None = None
    at_50: float | None = None
    at_100: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reproduced:
    """A source's own experiment, repeated: its classifier, accuracy and confusion."""

    classifier: Classifier
    came_out: float
    confusion: NDArray[np.int64]  # (10, 10): label by prediction
    trained: Labels  # the labels it was trained on
    by_other_seeds: tuple[float, ...] = ()  # accuracies with other random splits or initial weights


def reproduce(classifier: Classifier, x: Pixels, y: Labels, test_x: Pixels, test_y: Labels) -> Reproduced:
    """Trains the classifier and tests it as the source did."""
    classifier.fit(x, y)
    guesses = np.asarray(classifier.predict(test_x), np.int64)
    return Reproduced(classifier, float((guesses == test_y).mean()), confusion_of(test_y, guesses), y)


def confusion_of(labels: Labels, guesses: Labels) -> NDArray[np.int64]:
    """(10, 10): label by prediction."""
    confusion = np.zeros((CLASSES, CLASSES), np.int64)
    np.add.at(confusion, (labels, guesses), 1)
    return confusion


def to_json(records: Sequence[Record]) -> str:
    return json.dumps([asdict(record) for record in records], indent=1, allow_nan=False) + "\n"
