"""The vote: reads a snapshot by the stages of the contributor's own earlier drawings. Pure numpy, no I/O."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FEW_DRAWINGS = 10  # one of each digit

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Constants:
    """The constants of the vote, chosen on writers that no model had seen (`python -m infra.personal`)."""

    temperature: float = 0.06  # of cosine similarities, with ten drawings: so much less alike counts 1/e
    sharpening: float = 0.32  # with n drawings the temperature falls as (10 / n) ** sharpening
    prior: float = 0.04  # weight of the model's own probabilities: it decides where no drawing is much alike
    weight: float = 1.5  # of the vote's log shares beside the model's log probabilities
    epsilon: float = 0.01  # of each class's share: no digit is ruled out because it was never drawn

    def temperature_of(self, drawings: int) -> float:
        return self.temperature * math.pow(FEW_DRAWINGS / max(FEW_DRAWINGS, drawings), self.sharpening)


VOTE = Constants()


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

    @property
    def count(self) -> int:
        """The number of drawings."""
        return len(self.starts)

    @property
    def bytes(self) -> int:
        arrays = (self.embeddings, self.labels, self.drawings, self.probabilities, self.starts, self.votes)
        return sum(array.nbytes for array in arrays)

    def drawing(self, number: int) -> Embedded:
        """One drawing, as views of these arrays."""
        rows = slice(*np.searchsorted(self.drawings, (number, number + 1)).tolist())
        return Embedded(int(self.labels[rows.start]), self.embeddings[rows], self.probabilities[rows])

    def without(self, drawing: int) -> Memory | None:
        """The memory of the other drawings; None if there are none."""
        kept = self.drawings != drawing
        if not kept.any():
            return None
        drawings = self.drawings[kept]
        return _memory(
            self.embeddings[kept], self.labels[kept], drawings - (drawings > drawing), self.probabilities[kept]
        )


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


def unit(embedding: Floats) -> Floats:
    """The embedding (E,) scaled to length 1; zeros stay."""
    length = math.sqrt(embedding.dot(embedding))
    return embedding / np.float32(length) if length else embedding


def vote(memory: Memory, embedding: Floats, probabilities: Sequence[float], constants: Constants = VOTE) -> list[float]:
    """The model's K probabilities of one snapshot, weighed by how alike its embedding (E,) is to the memory.

    Each drawing votes for its label by the stage that is most alike, the more the higher its cosine similarity. The
    model's own probabilities p vote beside them with the weight `prior`, so that drawings by another hand, which are
    little alike, change little. The shares s of the classes go into p * (s + epsilon) ** weight.
    """
    length = math.sqrt(embedding.dot(embedding)) or 1.0
    temperature = constants.temperature_of(memory.count)
    alike = memory.embeddings @ (embedding * np.float32(1 / (length * temperature)))
    closest = np.maximum.reduceat(alike, memory.starts)
    closest -= np.float32(1 / temperature)  # exp() of a large number overflows; a cosine is at most 1
    # Few numbers from here on: for ten, a call of numpy takes longer than all of them in Python.
    masses = (memory.votes @ np.exp(closest, out=closest)).tolist()
    prior, epsilon, weight = constants.prior, constants.epsilon, constants.weight
    masses = [mass + prior * p for mass, p in zip(masses, probabilities, strict=True)]
    total = sum(masses)
    weighed = [p * (mass / total + epsilon) ** weight for mass, p in zip(masses, probabilities, strict=True)]
    total = sum(weighed)
    return [each / total for each in weighed]
