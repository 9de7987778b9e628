"""Trains models without the held-out drawings, and scores them on those, source by source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from infra.hold_out.folds import Fold
from training.data.augmentation.placing import PLACINGS
from training.data.dataset import NO_DIGIT, placed
from training.evaluation.evaluation import evaluate, prepare
from training.families.recipes import Family
from training.learning.challenger import Run
from training.learning.first_training import train_from_scratch
from training.models.artifact import Artifact, check_artifact

MOST_DRAWINGS = 1000  # of a source that are scored; more would only take time


@dataclass(frozen=True, slots=True)
class Score:
    """Accuracy of one family on one source that it was not trained on; shares from 0 to 1."""

    family: str
    held_out: str
    source: str
    placing: str
    drawings: int
    accuracy: tuple[float, ...]  # at 10, 20 ... 100 % of the ink

    @property
    def mean(self) -> float:
        return sum(self.accuracy) / len(self.accuracy)

    def to_record(self) -> dict[str, Any]:
        return {**asdict(self), "mean": round(self.mean, 4)}


def scores(fold: Fold, families: Sequence[Family], batches: float, run: Run) -> Iterator[Score]:
    """Trains each family on the fold for a share `batches` of its recipe's batches; teachers before their students.

    With fewer batches fewer copies are made of each drawing, as many as those will show.
    """
    trained: dict[str, Artifact] = {}
    for family in families:
        whole = family.recipe
        recipe = replace(
            whole, batches=max(1, round(whole.batches * batches)), copies=max(1, math.ceil(whole.copies * batches))
        )
        teacher = trained.get(recipe.teacher) if recipe.teacher else None
        artifact = train_from_scratch(family, recipe, fold.drawings, run, teacher).artifact
        trained[family.name] = artifact
        yield from _by_source(artifact, fold)


def _by_source(artifact: Artifact, fold: Fold) -> Iterator[Score]:
    interpreter, encoding = check_artifact(artifact), artifact.card.encoding
    validation = [drawing for drawing in fold.drawings if drawing.use == "validation" and drawing.label < NO_DIGIT]
    for source in sorted({drawing.source for drawing in validation}):
        own = [drawing for drawing in validation if drawing.source == source]
        spread = own[:: -(-len(own) // MOST_DRAWINGS)]
        for placing in PLACINGS:
            accuracy = evaluate(interpreter, prepare(placed(spread, placing), encoding)).accuracy
            rounded = tuple(round(float(a), 4) for a in accuracy)
            yield Score(artifact.card.family, fold.held_out, source, placing.name, len(spread), rounded)


def averages(found: Sequence[Score]) -> list[Score]:
    """Each family's mean over sources, and over drawings."""
    means = []
    for family, placing in dict.fromkeys((score.family, score.placing) for score in found):
        own = [score for score in found if (score.family, score.placing) == (family, placing)]
        means.append(_average(family, "mean of sources", own, [1.0] * len(own)))
        means.append(_average(family, "mean of drawings", own, [float(score.drawings) for score in own]))
    return means


def _average(family: str, name: str, found: Sequence[Score], weights: Sequence[float]) -> Score:
    stages = zip(*(score.accuracy for score in found), strict=True)
    means = (sum(a * w for a, w in zip(stage, weights, strict=True)) / sum(weights) for stage in stages)
    held_out = f"{len(found)} sources"
    drawings = sum(score.drawings for score in found)
    return Score(family, held_out, name, found[0].placing, drawings, tuple(round(mean, 4) for mean in means))
