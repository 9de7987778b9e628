"""May this challenger replace that champion? Evaluations in, an answer in plain words out; nothing is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.learning.evaluation import Evaluation

# Shares from 0 to 1. Noise on a few hundred drawings is of this size; a real step back is larger.
MEAN_TOLERANCE = 0.005  # mean accuracy over all stages, below the champion's
STAGE_TOLERANCE = 0.01  # of the early, the middle or the late stages alone: a third of the snapshots, so more noise
FULL_INK_TOLERANCE = 0.005  # accuracy on finished drawings, below the champion's
RECALL_TOLERANCE = 0.03  # of one digit at full ink, below the champion's; at least one drawing's worth
RECALL_SUPPORT = 15  # drawings of a digit, fewer of which say too little of it

# Below the pinned baseline, which never moves: many steps back, each too small to be seen, are seen as they add up.
# Of the mean and at full ink tighter than the promise of one point: other people's drawings fall a little more than
# those that decide, which are read a little better.
BASELINE_TOLERANCE = 0.0075
BASELINE_STAGE_TOLERANCE = 0.01  # of the early, the middle or the late stages alone
BASELINE_RECALL_TOLERANCE = 0.03  # of one digit at full ink; at least two drawings' worth
# The project's own drawings are pinned too: nobody's contributions can thin them out.
REFERENCE_TOLERANCE = 0.01

# Of the new drawings themselves, below the champion's. They are few and say least about others; a challenger that
# reads them worse has learnt nothing, but a snapshot or two of 200 are no sign of that.
NEW_TOLERANCE = 0.01

BANDS = (("early", 0.1, 0.4), ("middle", 0.5, 0.7), ("late", 0.8, 1.0))  # first and last stage, of the ink


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the challenger is accepted, and every comparison that was made, in words with numbers."""

    accepted: bool
    reasons: tuple[str, ...]

    def to_record(self) -> dict[str, Any]:
        return {**asdict(self), "reasons": list(self.reasons)}


@dataclass(frozen=True, slots=True)
class _Check:
    what: str
    challenger: float
    rival: float
    against: str
    tolerance: float
    always_told: bool = False  # where it passes, too

    @property
    def passed(self) -> bool:
        # A hair's breadth for rounding: 0.905 - 0.005 is not quite 0.9 in binary.
        return self.challenger >= self.rival - self.tolerance - 1e-9

    def __str__(self) -> str:
        sign = "passes" if self.passed else "fails"
        return (
            f"{sign}: {self.what} {100 * self.challenger:.1f} %, {self.against} {100 * self.rival:.1f} %, "
            f"at most {100 * self.tolerance:.1f} points below"
        )


def decide(
    challenger: Evaluation,
    champion: Evaluation | None,
    baseline: Evaluation | None = None,
    new: tuple[Evaluation, Evaluation] | None = None,
    reference: tuple[Evaluation, Evaluation] | None = None,
) -> Verdict:
    """Compares evaluations on the same measured drawings.

    `new` is challenger and champion on the new drawings themselves, `reference` is challenger and first model on the
    reference drawings alone. Without a champion there is nothing to be worse than: accepted.
    """
    if champion is None:
        return Verdict(True, (f"the first of its family: mean {100 * challenger.mean:.1f} %",))
    checks = [
        _Check("mean over all stages", challenger.mean, champion.mean, "champion", MEAN_TOLERANCE, always_told=True),
        _Check("at full ink", challenger.at(1.0), champion.at(1.0), "champion", FULL_INK_TOLERANCE, always_told=True),
        *_band_checks(challenger, champion, "champion", STAGE_TOLERANCE),
        *_recall_checks(challenger, champion, "champion", RECALL_TOLERANCE, drawings=1),
    ]
    if baseline is not None:
        checks += _baseline_checks(challenger, baseline)
    if reference is not None:
        checks += _reference_checks(*reference)
    if new is not None:
        means = new[0].mean, new[1].mean
        checks.append(_Check("on the new drawings", *means, "champion", NEW_TOLERANCE, always_told=True))
    accepted = all(check.passed for check in checks)
    return Verdict(accepted, tuple(str(check) for check in checks if check.always_told or not check.passed))


def _baseline_checks(challenger: Evaluation, baseline: Evaluation) -> list[_Check]:
    against, tolerance = "first model", BASELINE_TOLERANCE
    return [
        _Check("mean over all stages", challenger.mean, baseline.mean, against, tolerance, always_told=True),
        _Check("at full ink", challenger.at(1.0), baseline.at(1.0), against, tolerance),
        *_band_checks(challenger, baseline, against, BASELINE_STAGE_TOLERANCE),
        *_recall_checks(challenger, baseline, against, BASELINE_RECALL_TOLERANCE, drawings=2),
    ]


def _reference_checks(challenger: Evaluation, baseline: Evaluation) -> list[_Check]:
    against, tolerance = "first model", REFERENCE_TOLERANCE
    return [
        _Check("mean on reference drawings", challenger.mean, baseline.mean, against, tolerance),
        _Check("finished reference drawings", challenger.at(1.0), baseline.at(1.0), against, tolerance),
    ]


def _band_checks(challenger: Evaluation, rival: Evaluation, against: str, tolerance: float) -> list[_Check]:
    """A gain on finished drawings must not pay for a loss on beginnings, nor the other way round."""
    return [
        _Check(f"{name}, {100 * first:.0f} to {100 * last:.0f} % of the ink,",
               _between(challenger, first, last), _between(rival, first, last), against, tolerance)
        for name, first, last in BANDS
    ]  # fmt: skip


def _between(evaluation: Evaluation, first: float, last: float) -> float:
    """Mean accuracy of the stages from `first` to `last`."""
    ink = np.array(evaluation.ink)
    return float(evaluation.accuracy[(ink > first - 0.05) & (ink < last + 0.05)].mean())


def _recall_checks(
    challenger: Evaluation, rival: Evaluation, against: str, tolerance: float, drawings: int
) -> list[_Check]:
    return [
        _Check(f"recall of {digit}", float(challenger.recall[digit]), float(rival.recall[digit]), against,
               max(tolerance, drawings / float(rival.support[digit])))
        for digit in np.flatnonzero(rival.support >= RECALL_SUPPORT)
    ]  # fmt: skip
