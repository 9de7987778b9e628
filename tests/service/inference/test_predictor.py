"""Doubt, unsure and settled from a model's outputs and its card's thresholds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from collector.ink.encodings import Inputs
from tests.service.fakes import fake_predictor
from training.models.card import Thresholds

INK: Inputs = {"cells": np.zeros((1, 20, 20), np.float32), "place": np.zeros((1, 6), np.float32)}
THRESHOLDS = Thresholds(unsure=0.6, settled=0.98)


def spread(highest: float) -> list[float]:
    return [highest, *[(1 - highest) / 9] * 9]


def test_a_snapshot_without_ink_has_no_doubt() -> None:
    prediction = fake_predictor("path", "path48", doubt=0.9, thresholds=THRESHOLDS).predict(None)

    assert prediction.probabilities == (0.1,) * 10
    assert prediction[3:7] == (0, False, False, 0)


def test_the_model_s_doubt_is_sent_and_makes_the_answer_unsure() -> None:
    prediction = fake_predictor("cnn", "ink20", doubt=0.7, thresholds=THRESHOLDS).predict(INK)

    assert prediction[3:7] == (0.7, True, False, 0)


def test_a_clear_digit_is_settled() -> None:
    prediction = fake_predictor("cnn", "ink20", doubt=0.1, thresholds=THRESHOLDS).predict(INK)

    assert prediction[3:7] == (0.1, False, True, 0)


@pytest.mark.parametrize(
    ("highest", "doubt", "unsure", "settled"),
    [(0.5, 0.1, False, False), (0.5, 0.59, False, False), (0.98, 0.59, False, True), (1, 0.6, True, False)],
)
def test_hesitating_between_digits_is_not_unsure(highest: float, doubt: float, unsure: bool, settled: bool) -> None:
    prediction = fake_predictor("cnn", "ink20", thresholds=THRESHOLDS).prediction(spread(highest), doubt)

    assert (prediction.unsure, prediction.settled) == (unsure, settled)


def test_without_a_doubt_output_the_highest_probability_is_the_measure() -> None:
    predictor = fake_predictor("original", "canvas20", thresholds=THRESHOLDS)

    sure, hesitating = predictor.prediction(spread(0.99), None), predictor.prediction(spread(0.3), None)

    assert [sure.doubt, hesitating.doubt] == pytest.approx([0.01, 0.7])
    assert [(one.unsure, one.settled) for one in (sure, hesitating)] == [(False, True), (True, False)]


@pytest.mark.parametrize("doubt", [None, 0.0, 1.0])
def test_a_card_without_thresholds_is_never_unsure_or_settled(doubt: float | None) -> None:
    predictor = fake_predictor("original", "canvas20", doubt=doubt)

    assert not any(p.unsure or p.settled for p in (predictor.predict(INK), predictor.prediction(spread(0.1), doubt)))


@pytest.mark.parametrize(("highest", "doubt"), [(1.0000001, None), (0.9, 1.0000001), (0.9, -1e-9), (0.9, math.nan)])
def test_doubt_stays_from_0_to_1_whatever_float32_rounds_to(highest: float, doubt: float | None) -> None:
    prediction = fake_predictor("cnn", "ink20").prediction(spread(highest), doubt)

    assert 0 <= prediction.doubt <= 1
    assert math.copysign(1, prediction.doubt) == 1  # a client sees no "-0.00000"


def test_the_number_of_own_drawings_is_passed_on() -> None:
    assert fake_predictor("path", "path48").prediction(spread(0.9), 0.1, personal=7).personal == 7
