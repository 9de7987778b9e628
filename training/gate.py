"""May this challenger replace that champion? Evaluations in, an answer in plain words out; nothing is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from training.evaluation import Evaluation

# Shares from 0 to 1. Noise on a few hundred drawings is of this size; a real step back is larger.
MEAN_TOLERANCE = 0.005  # mean accuracy over all stages, below the champion's
FULL_INK_TOLERANCE = 0.005  # accuracy on finished drawings, below the champion's
RECALL_TOLERANCE = 0.03  # of one digit at full ink, below the champion's; at least one drawing's worth
RECALL_SUPPORT = 15  # drawings of a digit, fewer of which say too little of it
BASELINE_TOLERANCE = 0.01  # mean accuracy, below the pinned baseline's: many small steps back add up


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


def judge(
    challenger: Evaluation,
    champion: Evaluation | None,
    baseline: Evaluation | None = None,
    own: tuple[Evaluation, Evaluation] | None = None,
) -> Verdict:
    """Compares evaluations on the same judged drawings; `own` is both on the new drawings themselves.

    Without a champion there is nothing to be worse than: accepted.
    """
    if champion is None:
        return Verdict(True, (f"the first of its family: mean {100 * challenger.mean:.1f} %",))
    checks = [
        _Check("mean over all stages", challenger.mean, champion.mean, "champion", MEAN_TOLERANCE),
        _Check("at full ink", challenger.at(1.0), champion.at(1.0), "champion", FULL_INK_TOLERANCE),
        *_recall_checks(challenger, champion),
    ]
    if baseline is not None:
        checks.append(_Check("mean over all stages", challenger.mean, baseline.mean, "first model", BASELINE_TOLERANCE))
    if own is not None:
        checks.append(_Check("on the new drawings", own[0].mean, own[1].mean, "champion", 0.0))
    accepted = all(check.passed for check in checks)
    return Verdict(accepted, tuple(str(check) for check in checks if _worth_telling(check)))


def _recall_checks(challenger: Evaluation, champion: Evaluation) -> list[_Check]:
    return [
        _Check(f"recall of {digit}", float(challenger.recall[digit]), float(champion.recall[digit]), "champion",
               max(RECALL_TOLERANCE, 1 / float(champion.support[digit])))
        for digit in np.flatnonzero(champion.support >= RECALL_SUPPORT)
    ]  # fmt: skip


def _worth_telling(check: _Check) -> bool:
    """Ten digits that pass are not news."""
    return not (check.passed and check.what.startswith("recall"))
