"""The memory of a contributor's own drawings: their stages as one model sees them. Pure numpy, no I/O."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from service.personal.regression import REGRESSION, Constants, Floats, Regression, fit, fit_without_each


@dataclass(frozen=True, slots=True)
class Embedded:
    """One drawing as a model sees it at its stages: embeddings (stages, E) of length 1, probabilities (stages, K)."""

    label: int
    embeddings: Floats
    probabilities: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """The stages of a contributor's own drawings as one model sees them; n is the number of stages."""

    embeddings: Floats  # (n, E), each of length 1
    labels: NDArray[np.uint8]  # (n,)
    drawings: NDArray[np.int32]  # (n,), the index of each stage's drawing
    probabilities: Floats  # (n, K), of the model alone
    starts: NDArray[np.intp]  # (drawings,), the first stage of each drawing
    votes: Floats  # (K, drawings), the labels as one-hot columns
    regression: Regression | None = None  # only where answers use it

    @property
    def count(self) -> int:
        """The number of drawings."""
        return len(self.starts)

    @property
    def bytes(self) -> int:
        arrays = (self.embeddings, self.labels, self.drawings, self.probabilities, self.starts, self.votes)
        return sum(array.nbytes for array in arrays) + self._regression_bytes

    @property
    def _regression_bytes(self) -> int:
        if self.regression is None:
            return 0
        fitted = self.regression.embeddings
        shared = fitted is self.embeddings
        return self.regression.weights.nbytes + (0 if shared else fitted.nbytes)

    def drawing(self, number: int) -> Embedded:
        """One drawing, as views of these arrays."""
        rows = slice(*np.searchsorted(self.drawings, (number, number + 1)).tolist())
        return Embedded(int(self.labels[rows.start]), self.embeddings[rows], self.probabilities[rows])

    def fitted(self, constants: Constants = REGRESSION) -> Memory:
        """The same memory with its regression; takes milliseconds for 50 drawings, tens of them at most."""
        fitted = fit(self.embeddings, self.labels, self.starts, self.probabilities.shape[1], constants)
        return replace(self, regression=fitted)

    def regressions_without(self, drawings: Sequence[int]) -> Iterator[Regression]:
        """The regressions that are fitted to all drawings but one, for each of these."""
        return fit_without_each(self.embeddings, self.labels, self.starts, self.probabilities.shape[1], drawings)


def make_memory(drawings: Sequence[Embedded]) -> Memory:
    """The memory of at least one drawing, oldest first."""
    counts = [len(drawing.embeddings) for drawing in drawings]
    return _memory(
        np.concatenate([drawing.embeddings for drawing in drawings]),
        np.repeat(np.array([drawing.label for drawing in drawings], np.uint8), counts),
        np.repeat(np.arange(len(drawings), dtype=np.int32), counts),
        np.concatenate([drawing.probabilities for drawing in drawings]),
    )


def join_memories(first: Memory, second: Memory) -> Memory:
    """The memory of the drawings of both; both are by the same model."""
    return _memory(
        np.concatenate([first.embeddings, second.embeddings]),
        np.concatenate([first.labels, second.labels]),
        np.concatenate([first.drawings, second.drawings + first.count]).astype(np.int32),
        np.concatenate([first.probabilities, second.probabilities]),
    )


def _memory(
    embeddings: Floats, labels: NDArray[np.uint8], drawings: NDArray[np.int32], probabilities: Floats
) -> Memory:
    starts = np.flatnonzero(np.diff(drawings, prepend=-1))
    votes = np.ascontiguousarray((np.arange(probabilities.shape[1])[:, None] == labels[starts]).astype(np.float32))
    return Memory(embeddings, labels, drawings, probabilities, starts, votes)
