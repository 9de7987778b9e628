"""Reproduces a tutorial on scikit-learn's 8x8 digits: one hidden layer of 15 logistic units."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from training.baselines.record import Classifier, Labels, Pixels, Reproduced, reproduce

HIDDEN = 15
TRAINED = 1_000  # the first of 1,797; the rest are the test
LEARNING_RATE = 0.1
SEED = 1  # of the first weights
OTHER_SEEDS = (0, *range(2, 10))


class Mlp:
    """scikit-learn's classifier without its warning that it stopped at 200 rounds, as the tutorial's did."""

    def __init__(self, seed: int = SEED) -> None:
        from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - a second, spent by whoever lists the ancestors

        self._mlp: Any = MLPClassifier(
            hidden_layer_sizes=(HIDDEN,), activation="logistic", solver="sgd", alpha=1e-4, tol=1e-4,
            learning_rate_init=LEARNING_RATE, random_state=seed,
        )  # fmt: skip

    def fit(self, x: Pixels, y: Labels) -> Mlp:
        from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            self._mlp.fit(x, y)
        return self

    def predict(self, x: Pixels) -> Labels:
        return np.asarray(self._mlp.predict(x), np.int64)


def make_classifier() -> Classifier:
    return Mlp()


def run() -> Reproduced:
    """Trains on the first 1,000 digits and tests on the other 797."""
    return replace(_run(SEED), by_other_seeds=tuple(_run(seed).came_out for seed in OTHER_SEEDS))


def _run(seed: int) -> Reproduced:
    from sklearn.datasets import load_digits  # noqa: PLC0415

    digits = load_digits()
    x, y = digits.data, digits.target.astype(np.int64)
    return reproduce(Mlp(seed), x[:TRAINED], y[:TRAINED], x[TRAINED:], y[TRAINED:])
