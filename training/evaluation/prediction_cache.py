"""Reuses snapshots and predictions of validation drawings when only a few of the drawings change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, Snapshots, joined
from training.evaluation.evaluation import Evaluation, EvaluationSet, Numbers, measure, predict_all, prepare
from training.models.interpreter import Interpreter

STAGES = len(EVALUATION_STAGES)
SPARE_DRAWINGS = 1000  # cached beyond twice the evaluation set, before the cache drops unused predictions


def prepare_incrementally(
    drawings: list[LabelledDrawing], encoding: Encoding, before: EvaluationSet | None
) -> EvaluationSet:
    """The result of `prepare`; takes the snapshots of drawings that `before` holds from there."""
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


class PredictionCache:
    """One model's predictions for validation drawings, about 400 bytes a drawing; predicts each drawing once."""

    def __init__(self, model: bytes) -> None:
        self._model = model
        self._predictions: dict[str, NDArray[np.float32]] = {}  # by drawing: (stages, classes)

    def evaluation(self, evaluation_set: EvaluationSet) -> Evaluation:
        """The result of `evaluate` for the model."""
        ids, cached = evaluation_set.ids, self._predictions
        missing = np.array([n for n, drawing in enumerate(ids) if drawing not in cached], np.int64)
        if len(missing):
            self._predict(evaluation_set, missing)
        probabilities: Numbers = np.stack([cached[drawing] for drawing in ids]).astype(np.float64)
        if len(cached) > 2 * len(ids) + SPARE_DRAWINGS:
            self._predictions = {drawing: cached[drawing] for drawing in ids}
        return measure(probabilities, evaluation_set.labels, evaluation_set.writers)

    def _predict(self, evaluation_set: EvaluationSet, missing: NDArray[np.int64]) -> None:
        inputs = _of_drawings(evaluation_set.inputs, missing)
        part = EvaluationSet(evaluation_set.encoding, inputs, evaluation_set.labels[missing], ())
        # Through the flatbuffer, as the service predicts.
        probabilities = predict_all(Interpreter(self._model, evaluation_set.encoding), part).astype(np.float32)
        self._predictions.update(
            (evaluation_set.ids[number], one) for number, one in zip(missing, probabilities, strict=True)
        )
