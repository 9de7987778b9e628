"""Makes the embeddings of a drawing's stages, with an interpreter of its own. Not for the event loop."""

from __future__ import annotations

import threading

import numpy as np

from collector.ink.drawing import Drawing, cut_at_ink
from collector.ink.encodings import Encoding, Inputs
from service.inference.inputs import make_inputs
from service.inference.predictor import Predictor
from service.personal.memory import Embedded
from service.personal.own_drawings import OwnDrawing
from service.wire.messages import Strokes
from training.models.interpreter import Interpreter

STAGES = tuple(k / 10 for k in range(1, 11))  # ink fractions


class NoEmbedding(ValueError):
    """The model has no output for an embedding."""


class Embedder:
    """One model with an interpreter of its own. Thread-safe: one drawing at a time."""

    def __init__(self, predictor: Predictor) -> None:
        """Raises:
        BadModel: the predictor's bytes are no model for its encoding.
        NoEmbedding: it has no embedding.
        """
        self._interpreter = Interpreter(predictor.model, predictor.encoding, predictor.classes)
        self._encoding = predictor.encoding
        self._adapt = predictor.adapt
        self._compare_by = predictor.compare_by
        self._lock = threading.Lock()
        if not self._interpreter.embeds:
            raise NoEmbedding("the model has no embedding")

    def embed(self, drawing: OwnDrawing) -> Embedded:
        """The drawing at each of `STAGES`; stages without ink are left out.

        Raises:
            ProtocolError: the drawing breaks the encoding's contract.
        """
        snapshots = [inputs for inputs in stages_of(drawing, self._encoding) if inputs is not None]
        probabilities, embeddings = [], []
        with self._lock:
            for inputs in snapshots:
                probabilities.append(self._adapt(self._interpreter.predict(inputs)))
                embedding = self._interpreter.embedding()
                assert embedding is not None  # noqa: S101 - checked at the start
                embeddings.append(self._compare_by(inputs, embedding))
        return Embedded(drawing.label, np.array(embeddings, np.float32), np.array(probabilities, np.float32))


def stages_of(drawing: OwnDrawing, encoding: Encoding) -> list[Inputs | None]:
    """The model's inputs at each of `STAGES`, as the service makes them from a client's strokes."""
    whole = Drawing(drawing.id, drawing.strokes)
    return [
        make_inputs(
            Strokes(0, 0, drawing.width, drawing.height, drawing.pen_width, cut_at_ink(whole, ink).strokes), {encoding}
        )[encoding]
        for ink in STAGES
    ]
