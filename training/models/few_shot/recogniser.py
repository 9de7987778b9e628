"""Recognises a symbol set from a few examples of each class, partial strokes too, without training a network.

A kernel ridge regression over the examples' stages: a snapshot's score for a class is a weighted sum of how alike it is
to every stage. `Examples` come from `reader.ExampleReader`, a snapshot's vector from `metric.Metric.vectors`:

    examples = join([reader.read(place, strokes, width, height), ...])
    recogniser = FewShot(examples, classes=(0, 1, 4))         # a second at most; build it in a thread
    reading = recogniser.read(metric.vectors(inputs, embedding[None])[0])  # well under 1 ms, on the event loop
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Chosen on writers of letters other than those that `python -m infra.symbols` reads (docs/symbols.md).
KERNEL_WIDTH = 1.0  # a squared distance by which a stage counts 1/e
# Against fitting each example's own noise; in proportion to the examples of each class beyond RIDGE_EXAMPLES.
RIDGE = 0.3
RIDGE_EXAMPLES = 5
# A finished drawing counts as much as so many of its unfinished stages: it is what stays on the canvas.
FINISHED = 100.0
SHARPNESS = 6.0  # of scores, with SHARPNESS_CLASSES: probabilities are their softmax
SHARPNESS_CLASSES = 10
MAX_ROWS = 3000  # stages: the regression takes their number cubed, 9 billion operations
MAX_EXAMPLES = 600
FEWER_STAGES = 5  # of each example, where all of them would be too many rows
DOUBT_SHARPNESS = 3.0
# A snapshot this many times as far away as examples of one class are from each other gets a doubt of one half.
FAR = 1.6
LEAST_DISTANCE = 0.05  # squared: hardly anybody repeats a drawing more exactly

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Example drawings at their stages, oldest first."""

    vectors: Floats  # (drawings, stages, d)
    labels: NDArray[np.int64]  # (drawings,), the class's place in its set

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def bytes(self) -> int:
        return self.vectors.nbytes + self.labels.nbytes

    def only(self, rows: Sequence[int] | NDArray[np.bool_] | NDArray[np.int64]) -> Examples:
        chosen = np.asarray(rows)
        return Examples(self.vectors[chosen], self.labels[chosen])


def join(parts: Sequence[Examples]) -> Examples:
    """All examples of at least one part, one part after the other."""
    return Examples(np.concatenate([part.vectors for part in parts]), np.concatenate([part.labels for part in parts]))


@dataclass(frozen=True, slots=True)
class Reading:
    """Probabilities in the order of the recogniser's classes, and how likely a snapshot is none of them; 0 to 1."""

    probabilities: list[float]
    doubt: float


class FewShot:
    """Immutable; any thread may read with it."""

    __slots__ = ("_half_squares", "_reach", "_sharpness", "_vectors", "_weights", "classes", "counts")

    def __init__(self, examples: Examples, classes: Sequence[int], finished: float = FINISHED) -> None:
        """Fits the regression; examples of other classes are left out, and of too many the newest of each class stay.

        A class without examples gets the probability that its score of 0 leaves it. `finished` is how much a finished
        drawing counts, in unfinished stages: the more it does, the more a wrong label misleads.

        Raises:
            ValueError: no example is of these classes.
        """
        self.classes = tuple(classes)
        numbers = {place: number for number, place in enumerate(self.classes)}
        kept = examples.only(np.isin(examples.labels, self.classes))
        if not len(kept):
            raise ValueError(f"{len(examples)} examples, expected at least one of {len(self.classes)} classes")
        labels = np.array([numbers[int(label)] for label in kept.labels])
        counts = np.bincount(labels, minlength=len(self.classes))
        self.counts: tuple[int, ...] = tuple(counts.tolist())  # examples of each class
        chosen = _newest(labels, MAX_EXAMPLES)
        vectors, labels = kept.vectors[chosen], labels[chosen]
        self._reach = _reach(vectors[:, -1], labels)
        if vectors.shape[0] * vectors.shape[1] > MAX_ROWS:
            step = max(1, vectors.shape[1] // FEWER_STAGES)
            vectors = vectors[:, step - 1 :: step]
        stages = vectors.shape[1]
        self._vectors = np.ascontiguousarray(vectors.reshape(-1, vectors.shape[2]))
        self._half_squares = (self._vectors * self._vectors).sum(axis=1) / 2
        ridges = np.full(stages, _ridge(len(labels) / len(np.unique(labels))), np.float32)
        ridges[-1] /= finished
        self._weights = _fitted(
            self._vectors,
            self._half_squares,
            np.repeat(labels, stages),
            len(self.classes),
            np.tile(ridges, len(labels)),
        )
        self._sharpness = np.float32(_sharpness(len(self.classes)))

    @property
    def bytes(self) -> int:
        """Memory of one recogniser; a cache of many is to be bounded by it."""
        return int(self._vectors.nbytes + self._half_squares.nbytes + self._weights.nbytes)

    def read(self, vector: Floats) -> Reading:
        """Reads one snapshot's vector (d,)."""
        minus_half = self._vectors @ vector
        minus_half -= self._half_squares
        minus_half -= vector.dot(vector) / 2  # minus half of the squared distances
        nearest = max(0.0, -2 * float(minus_half.max()))
        minus_half *= np.float32(2 / KERNEL_WIDTH)
        scores = np.exp(minus_half, out=minus_half) @ self._weights
        scores -= scores.max()
        shares = np.exp(scores * self._sharpness)
        return Reading((shares / shares.sum()).tolist(), _doubt(nearest, self._reach))

    def probabilities(self, vectors: Floats) -> Floats:
        """Probabilities (n, classes) of many snapshots' vectors (n, d)."""
        squares = (vectors * vectors).sum(axis=1, keepdims=True) / 2
        minus_half = vectors @ self._vectors.T - self._half_squares - squares
        scores = np.exp(minus_half * np.float32(2 / KERNEL_WIDTH)) @ self._weights
        shares = np.exp((scores - scores.max(axis=1, keepdims=True)) * self._sharpness)
        return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def _newest(labels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """At most `most` of the drawings, in their order: the newest of each class, as evenly as there are."""
    rank = np.empty(len(labels), np.int64)  # 0 for the newest of its class
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        rank[rows] = np.arange(len(rows))[::-1]
    return np.sort(np.argsort(rank, kind="stable")[:most])


def _ridge(examples: float) -> float:
    """The ridge of unfinished stages with so many examples of each class."""
    return RIDGE * max(1.0, examples / RIDGE_EXAMPLES)


def _sharpness(classes: int) -> float:
    """So that a score of 1 above all others is as probable among many classes as among few."""
    return SHARPNESS + math.log(max(1, classes - 1) / (SHARPNESS_CLASSES - 1))


def _fitted(vectors: Floats, half_squares: Floats, labels: NDArray[np.int64], classes: int, ridges: Floats) -> Floats:
    """The weights (rows, classes): (K + ridges) weights = labels about their mean."""
    kernel = vectors @ vectors.T
    kernel -= half_squares
    kernel -= half_squares[:, None]
    kernel *= np.float32(2 / KERNEL_WIDTH)
    np.exp(kernel, out=kernel)
    kernel[np.diag_indices_from(kernel)] += ridges
    targets = np.eye(classes, dtype=np.float32)[labels] - np.float32(1 / classes)
    return np.asarray(np.linalg.solve(kernel, targets), np.float32)


def _reach(finished: Floats, labels: NDArray[np.int64]) -> float:
    """The squared distance within which most examples have another of their class; measured on finished drawings."""
    squares = (finished * finished).sum(axis=1)
    distances = squares[:, None] + squares - 2 * finished @ finished.T
    distances[labels[:, None] != labels] = np.inf
    distances[np.diag_indices_from(distances)] = np.inf
    nearest = distances.min(axis=1)
    known = nearest[np.isfinite(nearest)]
    return max(LEAST_DISTANCE, float(np.quantile(known, 0.9))) if len(known) else 1.0


def _doubt(nearest: float, reach: float) -> float:
    """0 for an exact repetition, 0.5 at FAR times the reach of the examples, near 1 far away."""
    if nearest <= 0:
        return 0.0
    return float(1 / (1 + (FAR * reach / nearest) ** DOUBT_SHARPNESS))
