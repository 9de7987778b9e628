"""Runs one published model. No storage, no sockets."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding, Inputs
from service.inference.comparison import with_shape
from service.metrics.metrics import ModelCounters
from service.wire.replies import Prediction
from training.models.artifact import Artifact, Card, check_artifact
from training.models.interpreter import CLASSES, Interpreter

NO_INK = (1 / CLASSES,) * CLASSES  # an empty canvas is equally likely to become any digit
NEVER = math.inf  # a threshold that no number reaches


class Shadow(Protocol):
    """Takes a sample of the live frames for a challenger that is compared with a model."""

    def offer(self, inputs: Inputs, output: Callable[[], NDArray[np.float32]]) -> bool:
        """Takes a frame's inputs and the model's output for them, or not; returns whether it did."""


class Predictor:
    """Predicts with one published model. Not thread-safe: the service calls it from its event loop only."""

    trained_in_store = True  # its successors come from the store's trainer

    def __init__(self, card: Card, interpreter: Interpreter, model: bytes = b"") -> None:
        self.card = card
        self.model = model  # the flatbuffer, for interpreters of other threads
        self.key = (card.family, card.version)
        self.family: str = card.family
        self.encoding: Encoding = card.encoding
        self.classes = len(card.classes.ids)  # of the model's output
        self._interpreter = interpreter
        self.counters: ModelCounters | None = None  # once it was asked
        self.shadow: Shadow | None = None  # while a challenger answers live frames unseen
        self._unsure_from = card.thresholds.unsure if card.thresholds else NEVER
        self._settled_from = card.thresholds.settled if card.thresholds else NEVER

    def adapt(self, output: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probabilities of the set's classes from the model's output; the same for digits."""
        return output

    def compare_by(self, inputs: Inputs, embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        """The vector (d,) of length 1 by which a memory compares the snapshot with others."""
        return with_shape(embedding, inputs)

    @property
    def embeds(self) -> bool:
        return self._interpreter.embeds

    def embedding(self) -> NDArray[np.float32] | None:
        """The embedding (E,) of the last snapshot with ink; None if the model has none."""
        return self._interpreter.embedding()

    def predict(self, inputs: Inputs | None) -> Prediction:
        """Predicts one snapshot; None (a snapshot without ink) gives 0.1 for each digit and no doubt."""
        if inputs is None:
            return Prediction(self.family, self.card.version, NO_INK)
        return self.prediction(self.probabilities(inputs), self.doubt())

    def probabilities(self, inputs: Inputs) -> list[float]:
        """The model's ten probabilities of a snapshot with ink; `doubt` and `embedding` are then those of it."""
        probabilities: list[float] = self._interpreter.predict(inputs).tolist()
        return probabilities

    def output(self) -> NDArray[np.float32]:
        """The model's own output for the last snapshot with ink, without `adapt` and memory."""
        return self._interpreter.output()

    def doubt(self) -> float | None:
        """The doubt of the last snapshot with ink; None if the model has none."""
        return self._interpreter.doubt()

    def prediction(self, probabilities: Sequence[float], doubt: float | None, personal: int = 0) -> Prediction:
        """Ten probabilities as they are sent, with `unsure` and `settled` by the thresholds of the model's card.

        `doubt` is the model's own; None, from a model without that output, is replaced by 1 - the highest probability.
        `personal` is the number of the contributor's own drawings behind the probabilities.
        """
        highest = max(probabilities)
        # The outputs are float32: 1 - 1.0000001 is below 0. In this order NaN, which JSON doesn't have, becomes 0.
        doubt = min(1.0, max(0.0, 1.0 - highest if doubt is None else doubt))
        unsure = doubt >= self._unsure_from
        settled = highest >= self._settled_from and not unsure
        return Prediction(
            self.family, self.card.version, tuple(probabilities), doubt, unsure, settled, personal, highest
        )


def make_predictor(artifact: Artifact) -> Predictor:
    """Checks the whole artifact and loads it.

    Raises:
        BadArtifact: a size, hash, shape or golden prediction differs from the card.
    """
    return Predictor(artifact.card, check_artifact(artifact), artifact.model)
