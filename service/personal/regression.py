"""The regression: reads a snapshot by the stages of the contributor's own earlier drawings. Pure numpy, no I/O.

A kernel ridge regression: a digit's score is a weighted sum of how alike the snapshot is to each stage, by the vectors
that the model compares by (`Predictor.compare_by`), of length 1. They are called embeddings here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_ROWS = 1000  # stages that are fitted: the solution takes their number cubed, 20 to 30 ms for these

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of the regression, chosen on writers of many sources (`python -m infra.personal`)."""

    width: float = 0.18  # a squared distance of vectors of length 1 by which a stage counts 1/e
    ridge: float = 1.5  # of an unfinished stage: it may have become another digit
    finished: float = 3.0  # a finished drawing's ridge is so much smaller
    sharpness: float = 6.0  # of the scores beside the model's log probabilities


REGRESSION = Constants()


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """The fitted stages; immutable, any thread may read with it."""

    embeddings: Floats  # (n, E), each of length 1
    weights: Floats  # (n, K)
    constants: Constants = REGRESSION

    def weigh(self, embedding: Floats, probabilities: Sequence[float]) -> list[float]:
        """The model's K probabilities p of one snapshot, weighed by its scores s: p * exp(sharpness * s).

        `embedding` (E,) may be of any length. Far from all stages the scores are 0, and little changes.
        """
        slope = 2 / self.constants.width
        length = math.sqrt(embedding.dot(embedding)) or 1.0
        # Between vectors of length 1 the squared distance is 2 - 2 cosine.
        alike = self.embeddings @ (embedding * np.float32(slope / length))
        alike -= np.float32(slope)
        scores = (np.exp(alike, out=alike) @ self.weights).tolist()
        # Few numbers from here on: for ten, a call of numpy takes longer than all of them in Python.
        highest, sharpness = max(scores), self.constants.sharpness
        weighed = [p * math.exp(sharpness * (score - highest)) for score, p in zip(scores, probabilities, strict=True)]
        total = sum(weighed)
        return [each / total for each in weighed]


def fit(
    embeddings: Floats,
    labels: NDArray[np.uint8],
    starts: NDArray[np.intp],
    classes: int,
    constants: Constants = REGRESSION,
) -> Regression:
    """Fits the stages (n, E) of drawings that begin at the rows `starts`; `labels` (n,) are below `classes`.

    Of more than MAX_ROWS stages every second (third ...) is used, the finished ones always.
    """
    rows = _chosen(len(embeddings), starts)
    chosen = embeddings if len(rows) == len(embeddings) else embeddings[rows]
    system = _system(chosen, _ridges(rows, starts, len(embeddings), constants), constants)
    weights = np.linalg.solve(system, _targets(labels[rows], classes))
    return Regression(chosen, np.ascontiguousarray(weights, np.float32), constants)


def fit_without_each(
    embeddings: Floats,
    labels: NDArray[np.uint8],
    starts: NDArray[np.intp],
    classes: int,
    drawings: Sequence[int],
    constants: Constants = REGRESSION,
) -> Iterator[Regression]:
    """As `fit`, once without each of these drawings, for the price of one inversion."""
    rows = _chosen(len(embeddings), starts)
    chosen = embeddings[rows]
    inverse = np.linalg.inv(_system(chosen, _ridges(rows, starts, len(embeddings), constants), constants))
    weights = inverse @ _targets(labels[rows], classes)
    bounds = np.searchsorted(rows, [*starts, len(embeddings)])
    for drawing in drawings:
        left_out = slice(bounds[drawing], bounds[drawing + 1])
        # The weights of all that make those left out 0: the solution of the system without their rows and columns.
        others = weights - inverse[:, left_out] @ np.linalg.solve(inverse[left_out, left_out], weights[left_out])
        others[left_out] = 0
        yield Regression(chosen, others, constants)


def _chosen(stages: int, starts: NDArray[np.intp]) -> NDArray[np.intp]:
    """The rows to fit: at most MAX_ROWS, but at least each drawing's last."""
    step = -(-stages // MAX_ROWS)
    ends = np.append(starts[1:], stages)
    until_end = np.repeat(ends, ends - starts) - 1 - np.arange(stages)
    return np.flatnonzero(until_end % step == 0)


def _ridges(rows: NDArray[np.intp], starts: NDArray[np.intp], stages: int, constants: Constants) -> Floats:
    is_last = np.isin(rows, np.append(starts[1:], stages) - 1)
    return np.where(is_last, constants.ridge / constants.finished, constants.ridge).astype(np.float32)


def _system(embeddings: Floats, ridges: Floats, constants: Constants) -> Floats:
    slope = np.float32(2 / constants.width)
    system = embeddings @ embeddings.T
    system -= 1
    system *= slope
    np.exp(system, out=system)
    system[np.diag_indices_from(system)] += ridges
    return system


def _targets(labels: NDArray[np.uint8], classes: int) -> Floats:
    return np.eye(classes, dtype=np.float32)[labels] - np.float32(1 / classes)
