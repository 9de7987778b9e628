"""What was made ready or predicted once is not made again when a few validation drawings come or go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, Snapshots, joined
from training.learning.evaluation import Evaluation, EvaluationSet, Numbers, measure, predict_all, prepare
from training.models.interpreter import Interpreter

STAGES = len(EVALUATION_STAGES)


def prepare_new(drawings: list[LabelledDrawing], encoding: Encoding, before: EvaluationSet | None) -> EvaluationSet:
    """As `prepare`, with the snapshots of the drawings that were among those before."""
    if before is None:
        return prepare(drawings, encoding)
    places = {drawing: place for place, drawing in enumerate(before.ids)}
    new = [drawing for drawing in drawings if drawing.id not in places]
    places.update((drawing.id, len(before.ids) + number) for number, drawing in enumerate(new))
    parts = [before.inputs, prepare(new, encoding).inputs] if new else [before.inputs]
    chosen = np.array([places[drawing.id] for drawing in drawings])
    return EvaluationSet(
        encoding,
        _of_drawings(joined(parts), chosen),
        np.array([drawing.label for drawing in drawings]),
        tuple(drawing.contributor for drawing in drawings),
        tuple(drawing.id for drawing in drawings),
    )


def _of_drawings(snapshots: Snapshots, chosen: NDArray[np.int64]) -> Snapshots:
    """The snapshots of the drawings at these places, in this order."""
    rows = (chosen[:, None] * STAGES + np.arange(STAGES)).reshape(-1)
    return Snapshots(
        snapshots.encoding,
        {name: array[rows] for name, array in snapshots.inputs.items()},
        snapshots.labels[rows],
        snapshots.ink[rows],
        np.repeat(np.arange(len(chosen), dtype=np.int32), STAGES),
    )


class Said:
    """What one model says of validation drawings, each of them asked of once; some 400 bytes a drawing."""

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._said: dict[str, NDArray[np.float32]] = {}

    def evaluation(self, measured: EvaluationSet) -> Evaluation:
        """As `evaluate` of the model."""
        missing = np.array([n for n, drawing in enumerate(measured.ids) if drawing not in self._said], np.int64)
        if len(missing):
            self._ask(measured, missing)
        said: Numbers = np.stack([self._said[drawing] for drawing in measured.ids]).astype(np.float64)
        if len(self._said) > 2 * len(measured.ids) + 1000:  # most no longer decide
            self._said = {drawing: self._said[drawing] for drawing in measured.ids}
        return measure(said, measured.labels, measured.writers)

    def _ask(self, measured: EvaluationSet, missing: NDArray[np.int64]) -> None:
        asked = EvaluationSet(measured.encoding, _of_drawings(measured.inputs, missing), measured.labels[missing], ())
        # The flatbuffer's, as it is served.
        said = predict_all(Interpreter(self._model, measured.encoding), asked).astype(np.float32)
        self._said.update((measured.ids[number], one) for number, one in zip(missing, said, strict=True))
