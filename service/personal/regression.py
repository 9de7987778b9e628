"""The regression: reads a snapshot by the stages of the contributor's own earlier drawings. Pure numpy, no I/O.

A kernel ridge regression: a digit's score is a weighted sum of how alike the snapshot is to each stage, by the model's
embedding and, of models that read strokes, by the shape of the line.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.personal.stages import Floats, Stages

MAX_ROWS = 1000  # stages that are fitted: the solution takes their number cubed, 20 to 30 ms for these


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of the regression, chosen on writers of many sources (`python -m infra.personal`)."""

    width: float = 0.25  # a squared distance of embeddings of length 1 by which a stage counts 1/e
    shape_width: float = 0.11  # the same of shapes
    shape_share: float = 0.4  # of the kernel; the rest is the embeddings'
    ridge: float = 1.5  # of an unfinished stage: it may have become another digit
    finished: float = 3.0  # a finished drawing's ridge is so much smaller
    sharpness: float = 6.0  # of the scores beside the model's log probabilities


REGRESSION = Constants()


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """The fitted stages; immutable, any thread may read with it."""

    stages: Stages
    weights: Floats  # (n, K)
    constants: Constants = REGRESSION

    def weigh(self, embedding: Floats, shape: Floats, probabilities: Sequence[float]) -> list[float]:
        """The model's K probabilities p of one snapshot, weighed by its scores s: p * exp(sharpness * s).

        `embedding` (E,) may be of any length, `shape` (S,) is at most 1 long. Far from all stages the scores are 0, and
        little changes.
        """
        length = math.sqrt(embedding.dot(embedding)) or 1.0
        half_square = np.float32(shape.dot(shape) / 2)
        alike = _kernel(embedding * np.float32(1 / length), shape, half_square, self.stages, self.constants)
        scores = (alike @ self.weights).tolist()
        # Few numbers from here on: for ten, a call of numpy takes longer than all of them in Python.
        highest, sharpness = max(scores), self.constants.sharpness
        weighed = [p * math.exp(sharpness * (score - highest)) for score, p in zip(scores, probabilities, strict=True)]
        total = sum(weighed)
        return [each / total for each in weighed]


def fit(
    stages: Stages,
    labels: NDArray[np.uint8],
    starts: NDArray[np.intp],
    classes: int,
    constants: Constants = REGRESSION,
) -> Regression:
    """Fits n stages of drawings that begin at the rows `starts`; `labels` (n,) are below `classes`.

    Of more than MAX_ROWS stages every second (third ...) is used, the finished ones always.
    """
    rows = _chosen(len(stages), starts)
    chosen = stages.at(rows)
    system = _system(chosen, _ridges(rows, starts, len(stages), constants), constants)
    weights = np.linalg.solve(system, _targets(labels[rows], classes))
    return Regression(chosen, np.ascontiguousarray(weights, np.float32), constants)


def fit_without_each(
    stages: Stages,
    labels: NDArray[np.uint8],
    starts: NDArray[np.intp],
    classes: int,
    drawings: Sequence[int],
    constants: Constants = REGRESSION,
) -> Iterator[Regression]:
    """As `fit`, once without each of these drawings, for the price of one inversion."""
    rows = _chosen(len(stages), starts)
    chosen = stages.at(rows)
    inverse = np.linalg.inv(_system(chosen, _ridges(rows, starts, len(stages), constants), constants))
    weights = inverse @ _targets(labels[rows], classes)
    bounds = np.searchsorted(rows, [*starts, len(stages)])
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


def _system(stages: Stages, ridges: Floats, constants: Constants) -> Floats:
    half_squares = stages.half_squares[:, None]
    system = _kernel(stages.embeddings, stages.shapes, half_squares, stages, constants)
    system[np.diag_indices_from(system)] += ridges
    return system


def _kernel(
    embeddings: Floats, shapes: Floats, half_squares: Floats | np.float32, stages: Stages, constants: Constants
) -> Floats:
    """How alike one snapshot (E,), (S,) or m of them (m, E), (m, S) are to the stages: 0 to 1, (n,) or (m, n).

    `half_squares`, one number or (m, 1), are half of the shapes' squared lengths.
    """
    slope = np.float32(2 / constants.width)
    share = np.float32(constants.shape_share if stages.shapes.size else 0)
    # Between vectors of length 1 the squared distance is 2 - 2 cosine; exp(-slope) is a factor of all.
    alike: Floats = np.matmul(embeddings * slope, stages.embeddings.T)
    np.exp(alike, out=alike)
    alike *= (1 - share) * np.exp(-slope)
    if not share:
        return alike
    slope = np.float32(2 / constants.shape_width)
    by_shape: Floats = np.matmul(shapes, stages.shapes.T)
    by_shape -= stages.half_squares
    by_shape *= slope
    np.exp(by_shape, out=by_shape)
    by_shape *= share * np.exp(half_squares * -slope)
    alike += by_shape
    return alike


def _targets(labels: NDArray[np.uint8], classes: int) -> Floats:
    return np.eye(classes, dtype=np.float32)[labels] - np.float32(1 / classes)
