"""A set's drawings as few-shot examples: what the reference recogniser of a set is made of. Caches their vectors."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from collector.ink.drawing import Point, Stroke
from training.data.dataset import LabelledDrawing
from training.models.artifact import Artifact
from training.models.few_shot.reader import STAGES, ExampleReader
from training.models.few_shot.recogniser import Examples, FewShot

MAX_CACHED = 20_000  # drawings, about 6 KB each

Floats = NDArray[np.float32]

log = logging.getLogger(__name__)


class ExampleVectors:
    """Reads each drawing once, by the shipped path model."""

    def __init__(self, path_model: Artifact) -> None:
        """Raises:
        BadModel: the model has no embedding.
        """
        self._reader = ExampleReader(path_model.model)
        self._vectors: dict[str, Floats] = {}

    def examples(self, drawings: Sequence[LabelledDrawing], labels: Sequence[int]) -> Examples:
        """The drawings, at least one, with these labels."""
        if len(self._vectors) > MAX_CACHED:
            self._vectors.clear()
        vectors = np.stack([self._of(drawing) for drawing in drawings])
        return Examples(vectors, np.asarray(labels, np.int64))

    def _of(self, drawing: LabelledDrawing) -> Floats:
        found = self._vectors.get(drawing.id)
        if found is None:
            strokes = tuple(Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in drawing.lines)
            canvas = drawing.canvas
            found = self._vectors[drawing.id] = self._reader.read(0, strokes, canvas.width, canvas.height).vectors[0]
        return found


def predicted_by_others(examples: Examples, folds: NDArray[np.int64], classes: int) -> Floats:
    """Probabilities (drawings, stages, classes) of each drawing by the examples of the other folds."""
    stages, size = examples.vectors.shape[1:]
    rows = np.full((len(examples), stages, classes), 1 / classes, np.float32)
    for fold in np.unique(folds):
        own = folds == fold
        if own.all():
            continue
        recogniser = FewShot(examples.only(~own), range(classes))
        vectors = examples.vectors[own].reshape(-1, size)
        rows[own] = recogniser.probabilities(vectors).reshape(-1, stages, classes)
    return rows


def predicted_by_examples(given: Examples, read: Examples, classes: int) -> Floats:
    """Probabilities (drawings, stages, classes) of the drawings of `read` by the examples `given`."""
    rows = FewShot(given, range(classes)).probabilities(read.vectors.reshape(-1, read.vectors.shape[2]))
    return rows.reshape(len(read), len(STAGES), classes)
