"""The thresholds from which an answer is unsure or settled."""

from __future__ import annotations

import numpy as np
import pytest

from training.evaluation.evaluation import prepare
from training.evaluation.thresholds import LEAST_UNSURE, NEVER, UNSURE_DIGITS, fitted_thresholds, settling
from training.learning.challenger import Outcome
from training.models.card import Thresholds
from training.models.card_json import card_to_json, parse_card
from training.models.interpreter import Interpreter


def answers(*tops: tuple[int, float]) -> np.ndarray:
    """Probabilities (1, stages, 10) whose leading digit and its probability are given for each stage."""
    rows = np.zeros((1, len(tops), 10))
    for stage, (digit, top) in enumerate(tops):
        rows[0, stage] = (1 - top) / 9
        rows[0, stage, digit] = top
    return rows


def test_a_drawing_settles_where_it_first_reaches_the_threshold() -> None:
    settled, right = settling(answers((1, 0.5), (7, 0.97), (7, 0.6), (7, 0.99)), 0.95)
    assert settled.tolist() == right.tolist() == [True]

    settled, right = settling(answers((1, 0.96), (7, 0.97)), 0.95)
    assert (settled.tolist(), right.tolist()) == ([True], [False])

    settled, _ = settling(answers((1, 0.5), (1, 0.6)), 0.95)
    assert settled.tolist() == [False]


@pytest.mark.slow
def test_a_models_thresholds_doubt_few_digits_and_are_on_its_card(outcome: Outcome) -> None:
    card = outcome.artifact.card
    assert card.thresholds is not None
    assert LEAST_UNSURE <= card.thresholds.unsure <= 1
    assert 0.8 <= card.thresholds.settled <= NEVER
    assert parse_card(card_to_json(card)).thresholds == card.thresholds


@pytest.mark.slow
def test_few_finished_digits_are_unsure(outcome: Outcome) -> None:
    from training.data.generated.reference import reference_drawings

    digits = prepare(reference_drawings("validation"), "ink20")
    interpreter = Interpreter(outcome.artifact.model, "ink20")
    thresholds = fitted_thresholds(interpreter, digits)
    assert isinstance(thresholds, Thresholds)

    doubt = interpreter.predict_each_with_doubt(digits.inputs.batch(slice(9, None, 10)))[:, 10]

    assert (doubt > thresholds.unsure).mean() <= UNSURE_DIGITS + 0.005
