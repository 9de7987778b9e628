"""One model made ready to predict, and what it says. No storage, no sockets."""

from __future__ import annotations

from typing import NamedTuple

from collector.ink.encodings import Encoding, Inputs
from training.models.artifact import Artifact, Card, check_artifact
from training.models.interpreter import CLASSES, Interpreter

NO_INK = (1 / CLASSES,) * CLASSES  # an empty canvas says nothing about any digit


class Prediction(NamedTuple):  # made in half of the time that a frozen dataclass takes
    """Ten probabilities, class 0 first, and whose they are."""

    family: str
    model: str
    probabilities: tuple[float, ...]

    @property
    def digit(self) -> int:
        return max(range(CLASSES), key=self.probabilities.__getitem__)


class Predictor:
    """Predicts with one published model. Not for two threads at once: the service calls it on its event loop alone."""

    def __init__(self, card: Card, interpreter: Interpreter) -> None:
        self.card = card
        self.family: str = card.family
        self.encoding: Encoding = card.encoding
        self._interpreter = interpreter

    def predict(self, inputs: Inputs | None) -> Prediction:
        """Answers one snapshot; None, a snapshot without ink, gets ten times 0.1."""
        if inputs is None:
            return Prediction(self.family, self.card.version, NO_INK)
        probabilities = self._interpreter.predict(inputs)
        return Prediction(self.family, self.card.version, tuple(probabilities.tolist()))


def make_predictor(artifact: Artifact) -> Predictor:
    """Checks the artifact wholly and makes it ready.

    Raises:
        BadArtifact: a size, hash, shape or golden prediction is not what its card says.
    """
    return Predictor(artifact.card, check_artifact(artifact))
