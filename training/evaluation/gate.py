"""The gate: decides whether a challenger may replace the champion, and gives its reasons. Nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from training.evaluation.evaluation import Evaluation

# Tolerances are shares from 0 to 1. Noise on a few hundred drawings is of this size; a real regression is larger.
# Against the champion:
MEAN_TOLERANCE = 0.005  # mean accuracy over all stages
STAGE_TOLERANCE = 0.01  # early, middle or late stages alone: a third of the snapshots, so more noise
FULL_INK_TOLERANCE = 0.005  # accuracy on finished drawings
RECALL_TOLERANCE = 0.03  # of one digit at full ink; at least one drawing's worth
RECALL_SUPPORT = 15  # drawings of a digit; fewer say too little about it

# Against the reference model, which never changes: many small regressions, each within the noise, add up here. Of the
# mean and at full ink below the promised one point, since other people's drawings fall up to one and a half times as
# far as validation drawings.
REFERENCE_MODEL_MEAN_TOLERANCE = 0.006
REFERENCE_MODEL_FULL_INK_TOLERANCE = 0.0075
REFERENCE_MODEL_STAGE_TOLERANCE = 0.01  # early, middle or late stages alone
REFERENCE_MODEL_RECALL_TOLERANCE = 0.03  # of one digit at full ink; at least two drawings' worth
# On reference drawings alone, against the reference model: no contribution can dilute them.
REFERENCE_DRAWINGS_TOLERANCE = 0.01

# On the validation drawings placed anywhere, against the champion: a gain about the middle must not pay for
# a loss at the edges.
ANYWHERE_TOLERANCE = 0.005

# On the new drawings, against the champion. They are few and say least about other people; but a challenger that reads
# them worse has learned nothing. One or two snapshots of 200 are noise.
NEW_TOLERANCE = 0.01

BANDS = (("early", 0.1, 0.4), ("halfway", 0.5, 0.7), ("late", 0.8, 1.0))  # first and last stage, ink fraction

CHAMPION, FIRST_MODEL = "the current version", "the first version"
DIGIT_NAMES = tuple(f"{digit}s" for digit in range(10))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's decision on a challenger, and the reasons: sentences that visitors read."""

    accepted: bool
    reasons: tuple[str, ...]

    def to_record(self) -> dict[str, Any]:
        return {**asdict(self), "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class _Check:
    what: str
    challenger: float
    other: float
    against: str
    tolerance: float
    always_reported: bool = False  # even when passed

    @property
    def passed(self) -> bool:
        # The margin is for rounding: 0.905 - 0.005 is not quite 0.9 in binary.
        return self.challenger >= self.other - self.tolerance - 1e-9

    def __str__(self) -> str:
        word = "Passed" if self.passed else "Failed"
        return (
            f"{word}: {self.what}: {100 * self.challenger:.1f} % read correctly, {self.against} "
            f"{100 * self.other:.1f} %; a loss of up to {100 * self.tolerance:.1f} points is allowed."
        )


def decide(
    challenger: Evaluation,
    champion: Evaluation | None,
    reference_model: Evaluation | None = None,
    new: tuple[Evaluation, Evaluation] | None = None,
    reference: tuple[Evaluation, Evaluation] | None = None,
    anywhere: tuple[Evaluation, Evaluation] | None = None,
    names: Sequence[str] = DIGIT_NAMES,
    *,
    first_model: str = FIRST_MODEL,
    noise: float = 0.0,
) -> Verdict:
    """Compares evaluations on the same drawings; accepts any challenger where there is no champion.

    `new` and `anywhere` hold challenger and champion on the new drawings, and on the validation drawings placed
    anywhere; `reference` holds challenger and reference model on the reference drawings. `names` are those of the
    classes in reasons, as of several: "finished 7s". `first_model` is what the reference model is, in words; `noise`
    is added to every tolerance where drawings are few.
    """
    if champion is None and reference_model is None and new is None:
        mean = f"{100 * challenger.mean:.1f} %"
        return Verdict(True, (f"First version of its family: {mean} of all snapshots read correctly.",))
    checks = [] if champion is None else _champion_checks(challenger, champion, names)
    if reference_model is not None:
        checks += _reference_model_checks(challenger, reference_model, names, first_model)
    if reference is not None:
        checks += _reference_drawings_checks(*reference)
    if anywhere is not None:
        checks += _anywhere_checks(*anywhere)
    if new is not None:
        means = new[0].mean, new[1].mean
        checks.append(_Check("the new drawings", *means, CHAMPION, NEW_TOLERANCE, always_reported=True))
    checks = [replace(check, tolerance=check.tolerance + noise) for check in checks]
    accepted = all(check.passed for check in checks)
    return Verdict(accepted, tuple(str(check) for check in checks if check.always_reported or not check.passed))


def _champion_checks(challenger: Evaluation, champion: Evaluation, names: Sequence[str]) -> list[_Check]:
    return [
        _Check("all stages together", challenger.mean, champion.mean, CHAMPION, MEAN_TOLERANCE, always_reported=True),
        _Check("finished drawings", challenger.at(1.0), champion.at(1.0), CHAMPION, FULL_INK_TOLERANCE,
               always_reported=True),
        *_band_checks(challenger, champion, CHAMPION, STAGE_TOLERANCE),
        *_recall_checks(challenger, champion, CHAMPION, RECALL_TOLERANCE, 1, names),
    ]  # fmt: skip


def _reference_model_checks(
    challenger: Evaluation, first: Evaluation, names: Sequence[str], words: str
) -> list[_Check]:
    return [
        _Check("all stages together", challenger.mean, first.mean, words, REFERENCE_MODEL_MEAN_TOLERANCE,
               always_reported=True),
        _Check("finished drawings", challenger.at(1.0), first.at(1.0), words, REFERENCE_MODEL_FULL_INK_TOLERANCE),
        *_band_checks(challenger, first, words, REFERENCE_MODEL_STAGE_TOLERANCE),
        *_recall_checks(challenger, first, words, REFERENCE_MODEL_RECALL_TOLERANCE, 2, names),
    ]  # fmt: skip


def _reference_drawings_checks(challenger: Evaluation, first: Evaluation) -> list[_Check]:
    tolerance = REFERENCE_DRAWINGS_TOLERANCE
    return [
        _Check("the reference drawings at all stages", challenger.mean, first.mean, FIRST_MODEL, tolerance),
        _Check("the finished reference drawings", challenger.at(1.0), first.at(1.0), FIRST_MODEL, tolerance),
    ]


def _anywhere_checks(challenger: Evaluation, champion: Evaluation) -> list[_Check]:
    tolerance = ANYWHERE_TOLERANCE
    return [
        _Check("drawings placed anywhere, at all stages", challenger.mean, champion.mean, CHAMPION, tolerance),
        _Check("finished drawings placed anywhere", challenger.at(1.0), champion.at(1.0), CHAMPION, tolerance),
    ]


def _band_checks(challenger: Evaluation, other: Evaluation, against: str, tolerance: float) -> list[_Check]:
    """A gain on finished drawings must not pay for a loss on beginnings, nor the other way round."""
    return [
        _Check(f"drawings {name} ({100 * first:.0f} to {100 * last:.0f} % of the ink)",
               _between(challenger, first, last), _between(other, first, last), against, tolerance)
        for name, first, last in BANDS
    ]  # fmt: skip


def _between(evaluation: Evaluation, first: float, last: float) -> float:
    """Mean accuracy of the stages from `first` to `last`."""
    ink = np.array(evaluation.ink)
    return float(evaluation.accuracy[(ink > first - 0.05) & (ink < last + 0.05)].mean())


def _recall_checks(
    challenger: Evaluation,
    other: Evaluation,
    against: str,
    tolerance: float,
    drawings: int,
    names: Sequence[str],
) -> list[_Check]:
    return [
        _Check(f"finished {names[place]}", float(challenger.recall[place]), float(other.recall[place]), against,
               max(tolerance, drawings / float(other.support[place])))
        for place in np.flatnonzero(other.support >= RECALL_SUPPORT).tolist()
    ]  # fmt: skip
