"""Reproduces the softmax regression of 2016: 400 cells of the whole canvas, weights from zero, plain gradient descent.

In numpy: one matrix does the same arithmetic as TensorFlow, without its 600 MB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from training.baselines.record import CLASSES, Labels, Pixels

BATCHES = 10_000
BATCH_SIZE = 1_000  # drawn with replacement
LEARNING_RATE = 0.5
SEED = 1  # of the batches; the source names none

Progress = Callable[[Iterable[int]], Iterable[int]]


class SoftmaxRegression:
    """probabilities = softmax(x W + b), fitted to the mean cross-entropy of each batch."""

    def __init__(self, batches: int = BATCHES, progress: Progress = iter) -> None:
        self._batches = batches
        self._progress = progress
        self._weights: NDArray[np.float32] = np.zeros((0, CLASSES), np.float32)
        self._bias = np.zeros(CLASSES, np.float32)

    def fit(self, x: Pixels, y: Labels) -> SoftmaxRegression:
        """`x` (images, cells) from 0, paper, to 1, ink."""
        rng = np.random.default_rng(SEED)
        self._weights = np.zeros((x.shape[1], CLASSES), np.float32)
        self._bias = np.zeros(CLASSES, np.float32)
        for _ in self._progress(range(self._batches)):
            rows = rng.integers(0, len(x), BATCH_SIZE)
            self._descend(x[rows], y[rows])
        return self

    def predict(self, x: Pixels) -> Labels:
        return np.asarray((x @ self._weights + self._bias).argmax(axis=1), np.int64)

    def _descend(self, x: Pixels, y: Labels) -> None:
        # The gradient of the cross-entropy by the logits: probabilities less the one-hot labels.
        slope = _softmax(x @ self._weights + self._bias)
        slope[np.arange(len(y)), y] -= 1
        slope *= np.float32(LEARNING_RATE / len(y))
        self._weights -= x.T @ slope
        self._bias -= slope.sum(axis=0)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    # exp() of a large logit overflows; the shift cancels in the ratio.
    exps = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exps / exps.sum(axis=1, keepdims=True), np.float32)
