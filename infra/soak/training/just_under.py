"""An adversary who knows the gate: every round's challenger is as bad as the gate lets pass.

Real trainings seldom hit that mark, so none is run: one model is trained to be wrong, and challengers are taken from
the way there, as far along as the gate lets them.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from infra.harness.champions import shipped_artifact
from infra.soak.training.poisoning import People, one_too_many
from training.data.dataset import Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.sources import Source
from training.evaluation.comparison import Comparison, EvaluationCache
from training.evaluation.evaluation import EvaluationSet, prepare
from training.families.recipes import Recipe, family_named
from training.models.artifact import Artifact

STEPS = 400  # into which the way is divided
BEYOND = 6  # parts that are tried behind the last that passed
TEACHERS = 300


@dataclass(frozen=True, slots=True)
class Descent:
    """The fall after so many rounds, in points of 100, on the validation drawings and on other writers'."""

    rounds: int
    accepted: int
    validation_fall: float
    test_fall: float


class _Way:
    """Models part of the way from the shipped one to one trained on wrong labels alone."""

    def __init__(self, family: str, people: People, seed: int) -> None:
        from training.learning.fitting import fit, runtime  # noqa: PLC0415 - TensorFlow, once there is something to train

        self._fit, self._family = fit, family_named(family)
        runtime.use_threads(1)
        self.first = shipped_artifact(family)
        rng = random.Random(seed)
        self.wrong = [one_too_many(drawing, rng) for drawing in people.training[:TEACHERS]]
        snapshots = training_snapshots(self.wrong, self._family.encoding, Variety(2), seed)
        recipe = Recipe("adam", learning_rate=2e-3, schedule="constant", batches=60, batch_size=256)
        source = [Source(snapshots)]
        self._end = fit.fit(self._family, recipe, source, seed=seed, initial_weights=self.first.weights)
        self._made = {0: self.first}

    def at(self, step: int) -> Artifact:
        if step not in self._made:
            fitted = self._fit.interpolate(self._family, self.first.weights, self._end, step / STEPS)
            self._made[step] = replace(self.first, model=fitted.model, weights=fitted.weights)
        return self._made[step]


def descend(family: str, people: People, rounds: int, seed: int) -> Descent:
    way, cache = _Way(family, people, seed), EvaluationCache(max_models=4 * STEPS)
    encoding = way.first.card.encoding
    validation = [*people.validation, *reference_drawings("validation")]
    measured = cache.prepared(validation, encoding)
    place = accepted = 0
    for _ in range(rounds):
        further = _furthest(way, Comparison(way.at(place), way.first, way.wrong[:20], validation, cache), place)
        if further == place:
            break  # and so in every round after it
        accepted += 1
        place = further
    others = prepare(people.test, encoding)

    def fall(measured: EvaluationSet) -> float:
        first, last = (cache.evaluation(model.model, measured) for model in (way.first, way.at(place)))
        return 100 * (first.mean - last.mean)

    return Descent(rounds, accepted, fall(measured), fall(others))


def _furthest(way: _Way, comparison: Comparison, place: int) -> int:
    """The last part of the way that the gate lets pass from here."""
    furthest = step = place
    while step < min(STEPS, furthest + BEYOND):
        step += 1
        if comparison.decide(way.at(step).model)[1].accepted:
            furthest = step
    return furthest
