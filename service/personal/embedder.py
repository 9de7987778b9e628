"""Makes the embeddings of a drawing's stages, with an interpreter of its own. Not for the event loop."""

from __future__ import annotations

import threading

import numpy as np

from collector.ink.drawing import Drawing, cut_at_ink
from collector.ink.encodings import Encoding, Inputs
from service.inference.inputs import make_inputs
from service.personal.own_drawings import OwnDrawing
from service.personal.vote import CLASSES, Embedded, unit
from service.wire.messages import Strokes
from training.models.interpreter import Interpreter

STAGES = tuple(k / 10 for k in range(1, 11))  # ink fractions


class NoEmbedding(ValueError):
    """The model has no output for an embedding."""


class Embedder:
    """One model with an interpreter of its own. Thread-safe: one drawing at a time."""

    def __init__(self, model: bytes, encoding: Encoding) -> None:
        """Raises:
        BadModel: the bytes are no model for this encoding.
        NoEmbedding: it has no embedding.
        """
        self._interpreter = Interpreter(model, encoding)
        self._encoding = encoding
        self._lock = threading.Lock()
        if not self._interpreter.embeds:
            raise NoEmbedding("the model has no embedding")

    def embed(self, drawing: OwnDrawing) -> Embedded:
        """The drawing at each of `STAGES`; stages without ink are left out.

        Raises:
            ProtocolError: the drawing breaks the encoding's contract.
        """
        snapshots = [inputs for inputs in stages_of(drawing, self._encoding) if inputs is not None]
        probabilities = np.empty((len(snapshots), CLASSES), np.float32)
        embeddings = []
        with self._lock:
            for row, inputs in enumerate(snapshots):
                probabilities[row] = self._interpreter.predict(inputs)
                embedding = self._interpreter.embedding()
                assert embedding is not None  # noqa: S101 - checked at the start
                embeddings.append(unit(embedding))
        return Embedded(drawing.label, np.array(embeddings, np.float32), probabilities)


def stages_of(drawing: OwnDrawing, encoding: Encoding) -> list[Inputs | None]:
    """The model's inputs at each of `STAGES`, as the service makes them from a client's strokes."""
    whole = Drawing(drawing.id, drawing.strokes)
    return [
        make_inputs(
            Strokes(0, 0, drawing.width, drawing.height, drawing.pen_width, cut_at_ink(whole, ink).strokes), {encoding}
        )[encoding]
        for ink in STAGES
    ]
