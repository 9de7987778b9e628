"""Trains a family's first model from scratch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Encoding
from training.data.augmentation.placing import PLACINGS
from training.data.dataset import NO_DIGIT, LabelledDrawing, Snapshots, Variety
from training.data.generated.non_digits import made_non_digits
from training.data.generated.reference import reference_drawings
from training.data.sources import Source
from training.evaluation.comparison import describe_reference_set
from training.evaluation.evaluation import evaluate, prepare
from training.evaluation.gate import decide
from training.evaluation.thresholds import fitted_thresholds
from training.families.recipes import CLASSES, Family, Recipe
from training.learning.cards import describe_evaluation_set, make_card, provenance, recipe_record
from training.learning.challenger import Outcome, Run
from training.learning.distillation import AugmentedCopies
from training.models.artifact import Artifact
from training.models.card import Metrics, VersionMetrics
from training.models.interpreter import Interpreter

MOST_OF_A_WRITER = 30  # drawings of one digit: one person's habits are not everyone's


def train_from_scratch(
    family: Family,
    recipe: Recipe,
    drawings: Sequence[LabelledDrawing],
    run: Run,
    teacher: Artifact | None = None,
    start: Artifact | None = None,
) -> Outcome:
    """Trains on the training drawings and evaluates on the validation drawings, or on reference drawings without any.

    With a `teacher`, its soft labels for the same snapshots are part of the targets. With a `start`, training begins
    at its weights.
    """
    from training.learning.fitting import fit, runtime  # noqa: PLC0415 - TensorFlow, only once a training starts

    runtime.use_threads(run.threads)
    training = training_set(drawings)
    validation = validation_set(drawings)
    variety = Variety(recipe.copies, recipe.cuts, recipe.strength)
    copies = AugmentedCopies(training, variety, run.seed, processes=run.threads, progress=run.progress)
    snapshots = run.examples.snapshots(copies, family.encoding)
    soft_labels = None if teacher is None else run.examples.soft_labels(copies, teacher)
    symbols = _symbol_classes(training, snapshots) if recipe.symbol_weight else None
    source = Source(snapshots, soft_labels=soft_labels, distillation_weight=recipe.distillation_weight, symbols=symbols)
    fitted = fit.fit(
        family,
        recipe,
        [source],
        seed=run.seed,
        initial_weights=None if start is None else start.weights,
        warm_start=True,
        workers=run.workers,
        progress=run.progress,
        should_stop=run.should_stop,
    )

    evaluation_set = prepare(validation, family.encoding)
    evaluation = evaluate(Interpreter(fitted.model, family.encoding), evaluation_set)
    verdict = decide(evaluation, None)
    metrics = evaluation.metrics(describe_evaluation_set(validation), evaluation_set.set_id)
    card = make_card(family, fitted, metrics, provenance(training))
    card = replace(card, thresholds=fitted_thresholds(Interpreter(fitted.model, family.encoding), evaluation_set))
    reference_set = run.evaluations.reference(family.encoding)
    on_reference = run.evaluations.evaluation(fitted.model, reference_set)
    evaluations = {
        metrics.set_key: metrics,
        reference_set.set_id: on_reference.metrics(describe_reference_set(), reference_set.set_id),
        **_by_placing(fitted.model, validation, family.encoding, run),
    }
    taught_by = None if teacher is None else f"{teacher.card.family} {teacher.card.version}"
    begun_at = None if start is None else start.card.version
    record = recipe_record({**asdict(recipe), "seed": run.seed, "teacher": taught_by, "warm_start": begun_at})
    card = replace(
        card,
        recipe=record,
        gate=verdict.to_record(),
        evaluations=tuple(VersionMetrics(card.version, each) for each in evaluations.values()),
    )
    return Outcome(Artifact(card, fitted.model, fitted.weights), evaluation, verdict)


def _symbol_classes(drawings: Sequence[LabelledDrawing], snapshots: Snapshots) -> NDArray[np.int32]:
    """The class (n) of each snapshot among the ten digits and the drawings' symbols; -1 of what is neither."""
    numbers = {name: CLASSES + number for number, name in enumerate(sorted({d.symbol for d in drawings if d.symbol}))}
    of_drawings = [d.label if d.label < NO_DIGIT else numbers.get(d.symbol or "", -1) for d in drawings]
    return np.array(of_drawings, np.int32)[snapshots.drawing]


def _by_placing(
    model: bytes, validation: Sequence[LabelledDrawing], encoding: Encoding, run: Run
) -> dict[str, Metrics]:
    """The model's metrics on the validation drawings at each placing, by the id of that evaluation set."""
    words, found = describe_evaluation_set(validation), dict[str, Metrics]()
    for placing in PLACINGS:
        evaluation_set = run.evaluations.prepared(validation, encoding, placing)
        evaluation = run.evaluations.evaluation(model, evaluation_set)
        found[evaluation_set.set_id] = evaluation.metrics(f"{words}, {placing.name}", evaluation_set.set_id)
    return found


def compare_with_champion(outcome: Outcome, champion: Artifact, drawings: Sequence[LabelledDrawing]) -> Outcome:
    """The same challenger with the gate's verdict against an existing champion."""
    encoding = champion.card.encoding
    evaluation_set = prepare(validation_set(drawings), encoding)
    evaluation = evaluate(Interpreter(champion.model, encoding), evaluation_set)
    verdict = decide(outcome.evaluation, evaluation)
    card = outcome.artifact.card
    metrics = evaluation.metrics(card.metrics.evaluated_on, evaluation_set.set_id)
    card = replace(
        card,
        replaces=champion.card.version,
        gate=verdict.to_record(),
        evaluations=(*card.evaluations, VersionMetrics(champion.card.version, metrics)),
    )
    return Outcome(replace(outcome.artifact, card=card), outcome.evaluation, verdict)


def validation_set(drawings: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
    """The digits among these for validation; reference drawings where there are none."""
    found = [drawing for drawing in drawings if drawing.use == "validation" and drawing.label < NO_DIGIT]
    return found or list(reference_drawings("validation"))


def training_set(drawings: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
    """The drawings to train on, at most `MOST_OF_A_WRITER` of each writer, and made ones that are no digits."""
    taken = Counter[tuple[str, int]]()
    training: list[LabelledDrawing] = []
    for drawing in drawings:
        key = drawing.contributor, drawing.label
        taken[key] += 1
        if drawing.use == "training" and (drawing.label >= NO_DIGIT or taken[key] <= MOST_OF_A_WRITER):
            training.append(drawing)
    return training + made_non_digits([drawing for drawing in training if drawing.label < NO_DIGIT])
