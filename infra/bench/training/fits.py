"""Fits a family from several seeds on one machine and on Ray, in one process; gives the accuracies of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from training.data.dataset import Variety, training_snapshots
from training.data.drawing_files import read_drawings
from training.data.ray_pool import LOCAL, on_ray
from training.data.sources import Source
from training.evaluation.evaluation import evaluate, prepare
from training.families.recipes import family_named
from training.learning.first_training import training_set, validation_set
from training.models.interpreter import Interpreter

WORKERS = 2
COPIES, CUTS = 1, 8


def accuracies(
    files: Sequence[Path], family_name: str, batches: int, batch_size: int, seeds: Sequence[int]
) -> list[tuple[float, float]]:
    """Mean accuracy over the stages on the validation drawings, in points: of one machine, and of WORKERS on Ray."""
    family = family_named(family_name)
    warm_up = min(family.recipe.warm_up, batches // 10)
    recipe = replace(family.recipe, batches=batches, batch_size=batch_size, copies=COPIES, warm_up=warm_up)
    drawings = [drawing for file in files for drawing in read_drawings(file)]
    with on_ray(LOCAL, WORKERS) as workers:
        from training.learning.fitting import fit, runtime  # noqa: PLC0415 - TensorFlow, after Ray has started

        runtime.use_threads(1)
        variety = Variety(COPIES, CUTS, recipe.strength)
        source = Source(training_snapshots(training_set(drawings), family.encoding, variety, seed=1, processes=WORKERS))
        judged = prepare(validation_set(drawings), family.encoding)
        pairs = []
        for seed in seeds:
            fitted = [fit.fit(family, recipe, [source], seed=seed, workers=each) for each in (None, workers)]
            here, there = (100 * evaluate(Interpreter(each.model, family.encoding), judged).mean for each in fitted)
            pairs.append((here, there))
    return pairs
