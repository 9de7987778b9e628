"""Turns example drawings into the vectors of their stages, with an interpreter of its own. Not for the event loop."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from collector.ink.drawing import Drawing, Stroke, cut_at_ink
from collector.ink.encodings import path48_inputs
from collector.ink.path import to_path48
from training.models.few_shot.metric import Metric, shipped_metric
from training.models.few_shot.recogniser import Examples, Floats
from training.models.interpreter import BadModel, Interpreter

STAGES = tuple(k / 10 for k in range(1, 11))  # ink fractions


class ExampleReader:
    """One path model with an interpreter of its own. Thread-safe: one drawing at a time, some milliseconds each."""

    def __init__(self, model: bytes, metric: Metric | None = None) -> None:
        """`model` is the shipped path model, on whose embedding the metric was learned.

        Raises:
            BadModel: the bytes are no model for `path48`, or it has no embedding.
        """
        self._interpreter = Interpreter(model, "path48")
        if not self._interpreter.embeds:
            raise BadModel("the model has no embedding")
        self._metric = shipped_metric() if metric is None else metric
        self._lock = threading.Lock()

    def read(self, place: int, strokes: Sequence[Stroke], width: int, height: int) -> Examples:
        """One drawing of the class at `place`, at each of `STAGES`.

        Raises:
            SnapshotError: no strokes, or a canvas beyond the limits of `path48`.
        """
        whole = Drawing("", tuple(strokes))
        inputs = [path48_inputs(to_path48(cut_at_ink(whole, ink).strokes, width, height)) for ink in STAGES]
        embeddings = []
        with self._lock:
            for each in inputs:
                self._interpreter.predict(each)
                embedding = self._interpreter.embedding()
                assert embedding is not None  # noqa: S101 - checked at the start
                embeddings.append(embedding)
        joined = {name: np.concatenate([each[name] for each in inputs]) for name in inputs[0]}
        vectors: Floats = self._metric.vectors(joined, np.array(embeddings, np.float32))
        return Examples(vectors[None], np.array([place], np.int64))
