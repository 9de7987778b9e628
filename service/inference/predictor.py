"""Runs one published model. No storage, no sockets."""

from __future__ import annotations

from collector.ink.encodings import Encoding, Inputs
from service.wire.replies import Prediction
from training.models.artifact import Artifact, Card, check_artifact
from training.models.interpreter import CLASSES, Interpreter

NO_INK = (1 / CLASSES,) * CLASSES  # an empty canvas is equally likely to become any digit


class Predictor:
    """Predicts with one published model. Not thread-safe: the service calls it from its event loop only."""

    def __init__(self, card: Card, interpreter: Interpreter) -> None:
        self.card = card
        self.family: str = card.family
        self.encoding: Encoding = card.encoding
        self._interpreter = interpreter

    def predict(self, inputs: Inputs | None) -> Prediction:
        """Predicts one snapshot; None (a snapshot without ink) gives 0.1 for each digit."""
        if inputs is None:
            return Prediction(self.family, self.card.version, NO_INK)
        probabilities = self._interpreter.predict(inputs)
        return Prediction(self.family, self.card.version, tuple(probabilities.tolist()))


def make_predictor(artifact: Artifact) -> Predictor:
    """Checks the whole artifact and loads it.

    Raises:
        BadArtifact: a size, hash, shape or golden prediction differs from the card.
    """
    return Predictor(artifact.card, check_artifact(artifact))
