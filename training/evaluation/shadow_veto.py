"""Decides whether live frames speak against a challenger that the gate accepts. They can never speak for one.

No label is known of a live frame, so only what needs none is checked. Two models whose confidence is honest are right
in shares `c` and `d` of a bin's frames, so they agree in at least `c + d - 1` of them. A model that became much less
sure than the champion on what visitors draw has lost something that the validation drawings don't show.
"""

from __future__ import annotations

from collections.abc import Iterator

from training.evaluation.gate import Verdict
from training.models.shadow import BINS, Bin, ShadowCounts

ENOUGH_FRAMES = 1000  # after which nothing more is waited for
BIN_FRAMES = 100  # fewer frames of one length of ink say nothing
AGREEMENT_TOLERANCE = 0.10  # below what the two models' confidence promises; both are a little too sure of themselves
CONFIDENCE_TOLERANCE = 0.10  # below the champion's mean confidence


def is_enough(counts: ShadowCounts) -> bool:
    return counts.frames >= ENOUGH_FRAMES


def decide_by_live_frames(counts: ShadowCounts) -> Verdict:
    """A verdict that refuses or has no objection; its reasons are sentences that visitors read."""
    objections = [*_failed(counts), *_objections(counts)]
    if objections:
        return Verdict(False, tuple(f"Failed: {each}" for each in objections))
    if not any(each.frames >= BIN_FRAMES for each in counts.bins):
        frames = f"{counts.frames} live snapshot{'' if counts.frames == 1 else 's'}"
        return Verdict(True, (f"Passed: only {frames} came for a comparison, too few to say anything.",))
    agreement = f"{100 * counts.agreement:.1f} %"
    return Verdict(
        True, (f"Passed: of {counts.frames} live snapshots it answered {agreement} as the current version did.",)
    )


def _failed(counts: ShadowCounts) -> Iterator[str]:
    if counts.failed:
        yield f"it gave no probabilities for {counts.failed} of {counts.frames} live snapshots."


def _objections(counts: ShadowCounts) -> Iterator[str]:
    lower = 0.0
    for upper, each in zip(BINS, counts.bins, strict=True):
        where = _where(lower, upper)
        lower = upper
        if each.frames >= BIN_FRAMES:
            yield from _of_bin(each, where)


def _of_bin(each: Bin, where: str) -> Iterator[str]:
    agreement = each.agreements / each.frames
    champion, challenger = each.champion_confidence / each.frames, each.challenger_confidence / each.frames
    promised = champion + challenger - 1
    if agreement < promised - AGREEMENT_TOLERANCE:
        yield (
            f"{where}, it answered {100 * agreement:.1f} % of {each.frames} live snapshots as the current version did; "
            f"the confidence of both promises {100 * promised:.1f} %, and {100 * AGREEMENT_TOLERANCE:.0f} points less "
            "are allowed."
        )
    if challenger < champion - CONFIDENCE_TOLERANCE:
        yield (
            f"{where}, its mean confidence on {each.frames} live snapshots is {100 * challenger:.1f} %, the current "
            f"version's {100 * champion:.1f} %; a loss of up to {100 * CONFIDENCE_TOLERANCE:.0f} points is allowed."
        )


def _where(lower: float, upper: float) -> str:
    if lower == 0:
        return f"with ink up to {upper:g} times the canvas's side"
    if upper == BINS[-1]:
        return f"with ink from {lower:g} times the canvas's side on"
    return f"with ink of {lower:g} to {upper:g} times the canvas's side"
