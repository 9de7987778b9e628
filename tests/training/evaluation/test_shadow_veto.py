"""A challenger that does worse on live frames is rejected."""

from __future__ import annotations

import pytest

from training.evaluation.shadow_veto import BIN_FRAMES, ENOUGH_FRAMES, decide_by_live_frames, is_enough
from training.models.shadow import Bin, ShadowCounts, empty_bins

CHAMPION, CHALLENGER = "20261121T034500Z-1f2e3d", "20261122T034500Z-aabbcc"


def counts(number: int, frames: int, agreement: float, champion: float, challenger: float) -> ShadowCounts:
    """Counts with frames in one bin alone; shares of these frames."""
    bins = empty_bins()
    bins[number] = Bin(frames, round(frames * agreement), frames * champion, frames * challenger)
    return ShadowCounts("path", CHAMPION, CHALLENGER, bins)


def test_models_that_agree_as_their_confidence_promises_pass() -> None:
    verdict = decide_by_live_frames(counts(4, 500, agreement=0.9, champion=0.95, challenger=0.94))

    assert verdict.accepted
    assert verdict.reasons == ("Passed: of 500 live snapshots it answered 90.0 % as the current version did.",)


def test_models_that_are_unsure_may_disagree() -> None:
    assert decide_by_live_frames(counts(0, 500, agreement=0.2, champion=0.4, challenger=0.4)).accepted


def test_sure_models_that_disagree_are_refused_with_the_place_and_the_figures() -> None:
    verdict = decide_by_live_frames(counts(4, 500, agreement=0.6, champion=0.95, challenger=0.95))

    assert not verdict.accepted
    (reason,) = verdict.reasons
    assert reason.startswith("Failed: with ink of 1 to 1.5 times the canvas's side, it answered 60.0 % of 500")
    assert "promises 90.0 %" in reason


def test_a_challenger_that_is_much_less_sure_is_refused() -> None:
    verdict = decide_by_live_frames(counts(6, 500, agreement=0.9, champion=0.9, challenger=0.7))

    assert not verdict.accepted
    assert "ink from 2 times the canvas's side on" in verdict.reasons[0]


def test_a_challenger_that_is_more_sure_is_not() -> None:
    assert decide_by_live_frames(counts(6, 500, agreement=0.9, champion=0.7, challenger=0.9)).accepted


def test_a_challenger_that_gives_no_probabilities_is_refused() -> None:
    found = counts(6, 500, agreement=1.0, champion=0.9, challenger=0.9)
    found.failed = 1

    assert not decide_by_live_frames(found).accepted


@pytest.mark.parametrize(("frames", "words"), [(0, "0 live snapshots"), (1, "1 live snapshot came"), (99, "99 live")])
def test_too_few_frames_leave_the_gates_word(frames: int, words: str) -> None:
    assert frames < BIN_FRAMES

    verdict = decide_by_live_frames(counts(6, frames, agreement=0.0, champion=1.0, challenger=1.0))

    assert verdict.accepted
    assert words in verdict.reasons[0]


def test_enough_is_enough_frames_of_all_lengths_together() -> None:
    assert not is_enough(counts(3, ENOUGH_FRAMES - 1, 1, 1, 1))
    assert is_enough(counts(3, ENOUGH_FRAMES, 1, 1, 1))
