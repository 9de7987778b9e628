"""What a memory compares by: the stages of drawings as embeddings and shapes. Pure numpy, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """n stages; immutable."""

    embeddings: Floats  # (n, E), each of length 1
    shapes: Floats  # (n, S), each at most 1 long; S is 0 for a model that reads pictures
    half_squares: Floats  # (n,), half of the shapes' squared lengths

    def __len__(self) -> int:
        return len(self.embeddings)

    def at(self, rows: NDArray[np.intp]) -> Stages:
        """These rows, in order; the same object for all of them."""
        if len(rows) == len(self):
            return self
        return Stages(self.embeddings[rows], self.shapes[rows], self.half_squares[rows])

    @property
    def bytes(self) -> int:
        return self.embeddings.nbytes + self.shapes.nbytes + self.half_squares.nbytes


def make_stages(embeddings: Sequence[Floats], shapes: Sequence[Floats]) -> Stages:
    """The stages of several drawings or memories, one after the other."""
    joined = np.concatenate(shapes)
    return Stages(np.concatenate(embeddings), joined, np.einsum("ij,ij->i", joined, joined) / np.float32(2))
