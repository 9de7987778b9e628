"""Fits the thresholds of `unsure` and `settled` to validation drawings: where the service draws its lines."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.evaluation.evaluation import EvaluationSet
from training.models.card import Thresholds
from training.models.interpreter import Interpreter

UNSURE_DIGITS = 0.01  # share of finished drawings that may be called unsure
LEAST_UNSURE = 0.5
SETTLED_RIGHT = 0.985  # share of settled drawings whose guess then stays
SETTLED_CANDIDATES = np.concatenate([np.linspace(0.8, 0.99, 39), np.linspace(0.991, 0.999, 17)])
NEVER = 1.1  # above every probability

Floats = NDArray[np.float64]


def fitted_thresholds(interpreter: Interpreter, drawings: EvaluationSet) -> Thresholds | None:
    """The thresholds for a model on drawings of the validation writers; None for a model without doubt."""
    if not interpreter.doubts:
        return None
    rows = interpreter.predict_each_with_doubt(drawings.inputs.batch(slice(None)))
    by_drawing = rows.astype(np.float64).reshape(len(drawings.labels), -1, interpreter.classes + 1)
    return thresholds_of(by_drawing)


def thresholds_of(rows: Floats) -> Thresholds:
    """The thresholds for probabilities and doubt (drawings, stages, classes + 1)."""
    return Thresholds(_unsure(rows[:, -1, -1]), _settled(rows[:, :, :-1]))


def _unsure(finished: Floats) -> float:
    return round(max(LEAST_UNSURE, float(np.quantile(finished, 1 - UNSURE_DIGITS))), 4)


def _settled(probabilities: Floats) -> float:
    """The lowest top probability from which on guesses of (drawings, stages, classes) stay as they are."""
    for threshold in SETTLED_CANDIDATES:
        settled, right = settling(probabilities, float(threshold))
        if settled.any() and right[settled].mean() >= SETTLED_RIGHT:
            return round(float(threshold), 4)
    return NEVER


def settling(probabilities: Floats, threshold: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """For each drawing, whether it is ever settled, and whether its guess at that moment is its last one."""
    tops, guesses = probabilities.max(axis=2), probabilities.argmax(axis=2)
    above = tops >= threshold
    first = above.argmax(axis=1)
    at_first = np.take_along_axis(guesses, first[:, None], axis=1)[:, 0]
    return above.any(axis=1), at_first == guesses[:, -1]
