"""What the gate lets pass: evaluations with known numbers in, verdicts out."""

from __future__ import annotations

import numpy as np

from training.evaluation import Evaluation, measure
from training.gate import judge

DRAWINGS = 1000  # a hundred of each digit
LABELS = np.arange(DRAWINGS) % 10


def evaluation(mistakes: int = 0, stage: int | None = None, of: int | None = None) -> Evaluation:
    """One that is right but for so many drawings, at one stage or at all, of one digit or of all."""
    probabilities = np.repeat(np.eye(10)[LABELS][:, None], 10, axis=1)
    chosen = np.flatnonzero(of == LABELS) if of is not None else np.arange(DRAWINGS)
    stages = slice(None) if stage is None else stage
    for drawing in chosen[:mistakes]:
        probabilities[drawing, stages] = np.eye(10)[(LABELS[drawing] + 1) % 10]
    return measure(probabilities, LABELS, ["w"] * DRAWINGS)


def test_the_first_of_a_family_is_accepted() -> None:
    verdict = judge(evaluation(900), None)

    assert verdict.accepted
    assert "first of its family" in verdict.reasons[0]


def test_an_equal_is_accepted() -> None:
    assert judge(evaluation(100), evaluation(100)).accepted


def test_half_a_point_below_the_champion_is_noise_and_more_is_not() -> None:
    # A thousand drawings at ten stages: fifty mistakes at one of them are half a point of the mean.
    assert judge(evaluation(50, stage=4), evaluation()).accepted
    assert not judge(evaluation(51, stage=4), evaluation()).accepted


def test_a_loss_on_finished_drawings_alone_is_refused() -> None:
    verdict = judge(evaluation(20, stage=9), evaluation())

    assert not verdict.accepted
    assert "fails: at full ink 98.0 %, champion 100.0 %, at most 0.5 points below" in verdict.reasons


def test_one_digit_forgotten_is_refused_however_good_the_rest() -> None:
    worse_at_seven = evaluation(4, stage=9, of=7)

    verdict = judge(worse_at_seven, evaluation())

    assert not verdict.accepted
    assert any(reason.startswith("fails: recall of 7 96.0 %") for reason in verdict.reasons)
    assert judge(evaluation(3, stage=9, of=7), evaluation()).accepted


def test_a_digit_that_hardly_anyone_drew_says_nothing() -> None:
    few = np.concatenate([np.arange(500) % 9, np.full(5, 9)])
    right = np.repeat(np.eye(10)[few][:, None], 10, axis=1)
    wrong_once = right.copy()
    wrong_once[-1, 9] = np.eye(10)[0]

    verdict = judge(measure(wrong_once, few, ["w"] * len(few)), measure(right, few, ["w"] * len(few)))

    assert verdict.accepted


def test_small_steps_back_are_stopped_at_the_pinned_baseline() -> None:
    champion, baseline = evaluation(112), evaluation(100)

    assert judge(evaluation(110), champion, baseline).accepted
    assert not judge(evaluation(111), champion, baseline).accepted
    assert judge(evaluation(111), champion).accepted


def test_a_challenger_that_is_worse_on_what_it_was_just_taught_is_refused() -> None:
    same = evaluation(50)

    assert judge(same, same, own=(evaluation(9), evaluation(9))).accepted
    assert not judge(same, same, own=(evaluation(10), evaluation(9))).accepted
