"""Drawings at their ten stages as the path model sees them: its inputs and embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Inputs
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, evaluation_snapshots
from training.models.few_shot.metric import Metric
from training.models.interpreter import Interpreter

STAGES = len(EVALUATION_STAGES)
CHUNK = 2000  # drawings whose geometry is made at once: their pictures take 6 MB for each thousand snapshots

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Rows are snapshots, drawing by drawing."""

    inputs: Inputs
    embeddings: Floats  # (drawings * STAGES, E)

    def __len__(self) -> int:
        """The number of drawings."""
        return len(self.embeddings) // STAGES

    def part(self, first: int, last: int) -> Seen:
        """The drawings from `first` to before `last`."""
        rows = slice(first * STAGES, last * STAGES)
        return Seen({name: array[rows] for name, array in self.inputs.items()}, self.embeddings[rows])

    def vectors(self, metric: Metric) -> Floats:
        """The vectors of all drawings, (drawings, STAGES, d)."""
        parts = [self.part(first, first + CHUNK) for first in range(0, len(self), CHUNK)]
        joined = np.concatenate([metric.vectors(part.inputs, part.embeddings) for part in parts])
        return joined.reshape(len(self), STAGES, -1)

    def unit_embeddings(self) -> Floats:
        """Embeddings of length 1, (drawings, STAGES, E)."""
        lengths = np.linalg.norm(self.embeddings, axis=1, keepdims=True)
        return np.asarray((self.embeddings / np.maximum(lengths, 1e-6)).reshape(len(self), STAGES, -1))


def see(drawings: Sequence[LabelledDrawing], interpreter: Interpreter) -> Seen:
    """Predicts one snapshot after the other, as the service does: 0.4 ms a drawing, and as much again to cut it."""
    snapshots = evaluation_snapshots(drawings, "path48")
    inputs = snapshots.batch(slice(None))
    embeddings = []
    for row in range(len(snapshots)):
        interpreter.predict({name: array[row : row + 1] for name, array in inputs.items()})
        embeddings.append(interpreter.embedding())
    return Seen(inputs, np.array(embeddings, np.float32))
