"""Computes how well a model's doubt, `unsure`, `settled` and probabilities can be relied on. Reads no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.inference.predictor import Predictor
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, evaluation_snapshots
from training.evaluation.evaluation import calibration_error

CALIBRATION_BINS = 10
CHANCE_DRAWS = 50
EARLY = 0.6  # ink fraction by which half of all drawings should be settled

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Answers:
    """A model's answers to drawings at every stage; arrays are (drawings, stages)."""

    probabilities: Floats  # (drawings, stages, 10)
    doubt: Floats
    unsure: Bools
    settled: Bools


@dataclass(frozen=True, slots=True)
class Score:
    """One family's results; tuples are over the stages, shares are from 0 to 1."""

    family: str
    version: str
    digits: int
    symbols: int
    area: tuple[float, ...]  # under the ROC curve of symbols against digits, by doubt
    area_by_probability: float  # the same at full ink, by 1 - highest probability
    unsure_digits: tuple[float, ...]
    unsure_symbols: tuple[float, ...]
    settled: tuple[float, ...]  # share of digits that are settled at this stage or were before
    settled_stays: float | None  # share of settled digits whose first settled guess is the last; None: none is settled
    calibration_error: tuple[float, ...]  # expected, in ten bins
    calibration_by_chance: tuple[float, ...]  # what a perfectly calibrated model would have on as many drawings

    @property
    def settled_early(self) -> float:
        return self.settled[EVALUATION_STAGES.index(EARLY)]

    def to_record(self) -> dict[str, Any]:
        return {**asdict(self), "ink": EVALUATION_STAGES}


def answers(predictor: Predictor, drawings: Sequence[LabelledDrawing]) -> Answers:
    """The service's answers to the drawings at 10, 20 ... 100 % of their ink."""
    inputs = evaluation_snapshots(drawings, predictor.encoding).batch(slice(None))
    count = len(drawings) * len(EVALUATION_STAGES)
    found = [predictor.predict({name: array[row : row + 1] for name, array in inputs.items()}) for row in range(count)]
    shape = len(drawings), len(EVALUATION_STAGES)
    return Answers(
        np.array([one.probabilities for one in found]).reshape(*shape, -1),
        np.array([one.doubt for one in found]).reshape(shape),
        np.array([one.unsure for one in found]).reshape(shape),
        np.array([one.settled for one in found]).reshape(shape),
    )


def score(predictor: Predictor, digits: Sequence[LabelledDrawing], symbols: Sequence[LabelledDrawing]) -> Score:
    """Scores one model on digits and on drawings that are none; at least one of each."""
    of_digits, of_symbols = answers(predictor, digits), answers(predictor, symbols)
    right = of_digits.probabilities.argmax(axis=2) == np.array([drawing.label for drawing in digits])[:, None]
    lack = [1 - each.probabilities[:, -1].max(axis=1) for each in (of_digits, of_symbols)]
    stages = range(len(EVALUATION_STAGES))
    return Score(
        family=predictor.family,
        version=predictor.card.version,
        digits=len(digits),
        symbols=len(symbols),
        area=tuple(area_under_curve(of_digits.doubt[:, k], of_symbols.doubt[:, k]) for k in stages),
        area_by_probability=area_under_curve(*lack),
        unsure_digits=_shares(of_digits.unsure),
        unsure_symbols=_shares(of_symbols.unsure),
        settled=_shares(np.logical_or.accumulate(of_digits.settled, axis=1)),
        settled_stays=settled_stays(of_digits),
        calibration_error=tuple(
            calibration_error(of_digits.probabilities[:, k], right[:, k], CALIBRATION_BINS) for k in stages
        ),
        calibration_by_chance=tuple(calibration_by_chance(of_digits.probabilities[:, k]) for k in stages),
    )


def calibration_by_chance(probabilities: Floats) -> float:
    """The mean calibration error that (n, classes) probabilities would have were each guess right as often as it says.

    It is above 0 because n is finite: an error is to be read beside it. Drawings of one writer are not independent, so
    chance accounts for more than this.
    """
    confidence = probabilities.max(axis=1)
    rng = np.random.default_rng(0)
    draws = (rng.random(len(confidence)) < confidence for _ in range(CHANCE_DRAWS))
    return float(np.mean([calibration_error(probabilities, right, CALIBRATION_BINS) for right in draws]))


def area_under_curve(negatives: Floats, positives: Floats) -> float:
    """Area under the ROC curve: how often a positive has the higher value of a random pair; a tie counts half."""
    ordered = np.sort(negatives)
    below, not_above = (np.searchsorted(ordered, positives, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(ordered))


def settled_stays(found: Answers) -> float | None:
    """The share of the drawings ever settled whose guess at the first settled stage is that of the finished drawing."""
    guesses = found.probabilities.argmax(axis=2)
    at_first = np.take_along_axis(guesses, found.settled.argmax(axis=1)[:, None], axis=1)[:, 0]
    ever = found.settled.any(axis=1)
    return float((at_first == guesses[:, -1])[ever].mean()) if ever.any() else None


def _shares(flags: Bools) -> tuple[float, ...]:
    return tuple(float(share) for share in flags.mean(axis=0))
