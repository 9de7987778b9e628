"""Trains a champion further on new drawings without forgetting: replay, soft labels, L2-SP, and a gate.

Each batch mixes new drawings, a replay buffer of earlier ones, and reference drawings whose targets are the champion's
own predictions. A challenger that the gate refuses is tried again at a half and a quarter of its weight change.
From time to time a training is long: more batches, larger steps, and most of what is stored in the replay buffer.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from collector.ink.encodings import Encoding
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, Snapshots, Variety, training_snapshots
from training.data.generated.reference import reference_drawings
from training.data.sources import Floats, Source
from training.evaluation.comparison import Comparison
from training.evaluation.evaluation import Evaluation
from training.evaluation.gate import Verdict
from training.evaluation.thresholds import fitted_thresholds
from training.families.recipes import Family, Recipe, Resume
from training.learning.cards import (
    added_provenance,
    carried_evaluations,
    describe_evaluation_set,
    make_card,
    recipe_record,
)
from training.learning.challenger import Outcome, Run
from training.learning.selection import split_by_weight
from training.models.artifact import Artifact
from training.models.interpreter import Interpreter

if TYPE_CHECKING:
    from training.learning.fitting.fit import Fitted

WEIGHT_CHANGE_FRACTIONS = (0.5, 0.25)  # tried in turn when the gate refuses the whole weight change
SNAPSHOTS_PER_DRAW = 2  # snapshots made for each that is drawn into a batch, so that few are drawn twice
REPLAY_COPIES = 2  # augmented copies of each reference drawing
FULL_SHARE_DRAWINGS = 20  # new (or replayed) drawings from which on they get their full share and learning rate
# Share of the reference model's soft labels in the targets of contributed drawings: no one can send those.
REFERENCE_DISTILLATION_WEIGHT = 0.5
# The same of drawings that the label filter reads as labelled, without ink and finished. People differ in how they
# begin, so beginnings are learned from the label; of what is finished the reference model knows more than one label.
AGREEING_DISTILLATION_WEIGHT = (0.1, 0.8)


@dataclass(frozen=True, slots=True)
class Predecessors:
    """The model to train further, and the shipped model that it is held to."""

    champion: Artifact
    reference_model: Artifact | None


@dataclass(frozen=True, slots=True)
class Contributed:
    """The contributed drawings of one training.

    `agreeing` are the ids of those that the label filter reads as labelled; `withdrawn` counts those deleted by their
    contributors so far. With `is_long` the replay buffer holds most of what is stored.
    """

    new: Sequence[LabelledDrawing]
    replay_buffer: Sequence[LabelledDrawing]
    validation: Sequence[LabelledDrawing]
    withdrawn: int = 0
    agreeing: Collection[str] = frozenset()
    is_long: bool = False


def continue_training(family: Family, before: Predecessors, drawings: Contributed, run: Run) -> Outcome:
    """Trains the champion further on the new drawings.

    Raises:
        ValueError: the family has no recipe for it.
    """
    resume, champion = _recipe(family, drawings), before.champion
    fitted = _fit(family, resume, before, drawings, run)
    evaluation_set = run.evaluations.prepared(drawings.validation, family.encoding)
    comparison = Comparison(champion, before.reference_model, drawings.new, drawings.validation, run.evaluations)
    fitted, evaluation, verdict = _first_accepted(family, champion, fitted, comparison)

    evaluated_on = describe_evaluation_set(drawings.validation)
    metrics = evaluation.metrics(evaluated_on, evaluation_set.set_id)
    trained_on = added_provenance(champion.card.trained_on, drawings.new, drawings.withdrawn)
    card = make_card(family, fitted, metrics, trained_on)
    evaluations = comparison.metrics(fitted.model, card.version, evaluated_on)
    cards = [each.card for each in (before.reference_model, champion) if each is not None]
    learning_rate = _learning_rate(resume, len(drawings.new))
    hyperparameters = {**asdict(resume), "learning_rate": learning_rate, "seed": run.seed}
    interpreter = Interpreter(fitted.model, family.encoding)
    card = replace(
        card,
        thresholds=champion.card.thresholds or fitted_thresholds(interpreter, evaluation_set),
        recipe=recipe_record(hyperparameters)
        | {
            "first_opinion": REFERENCE_DISTILLATION_WEIGHT,
            "agreeing_distillation_weight": list(AGREEING_DISTILLATION_WEIGHT),
            "long": drawings.is_long,
        },
        resumed_from=champion.card.version,
        replaces=champion.card.version,
        gate=verdict.to_record(),
        evaluations=(
            *evaluations,
            *carried_evaluations(cards, {each.metrics.set_key for each in evaluations}),
        ),
    )
    return Outcome(Artifact(card, fitted.model, fitted.weights), evaluation, verdict)


def _recipe(family: Family, drawings: Contributed) -> Resume:
    if family.resume is None:
        raise ValueError(f"family {family.name} has no recipe for continued training")
    return family.long_resume if drawings.is_long and family.long_resume else family.resume


def _learning_rate(resume: Resume, new: int) -> float:
    """Smaller for a handful of drawings.

    The size of Adam's steps does not depend on how much there is to learn: four drawings, a fiftieth of a batch, moved
    the weights as far as twenty, in no useful direction.
    """
    return resume.learning_rate * min(1.0, new / FULL_SHARE_DRAWINGS)


def _fit(family: Family, resume: Resume, before: Predecessors, drawings: Contributed, run: Run) -> Fitted:
    from training.learning.fitting import fit, runtime  # noqa: PLC0415 - TensorFlow, only once a training starts

    runtime.use_threads(run.threads)
    learning_rate = _learning_rate(resume, len(drawings.new))
    return fit.fit(
        family,
        Recipe(resume.optimizer, learning_rate, "constant", resume.batches, resume.batch_size),
        _sources(resume, family.encoding, before.reference_model, drawings, run.seed),
        seed=run.seed,
        initial_weights=before.champion.weights,
        l2_sp=resume.l2_sp,
        progress=run.progress,
        should_stop=run.should_stop,
    )


def _first_accepted(
    family: Family, champion: Artifact, fitted: Fitted, comparison: Comparison
) -> tuple[Fitted, Evaluation, Verdict]:
    """The largest weight change that the gate accepts; the whole one, with its verdict, if it accepts none."""
    from training.learning.fitting import fit  # noqa: PLC0415 - as above

    evaluation, verdict = comparison.decide(fitted.model)
    if not verdict.accepted:
        for fraction in WEIGHT_CHANGE_FRACTIONS:
            partial = fit.interpolate(family, champion.weights, fitted, fraction)
            partial_evaluation, partial_verdict = comparison.decide(partial.model)
            if partial_verdict.accepted:
                return partial, partial_evaluation, partial_verdict
    return fitted, evaluation, verdict


def _sources(
    resume: Resume, encoding: Encoding, reference_model: Artifact | None, drawings: Contributed, seed: int
) -> list[Source]:
    """Reference drawings, new drawings and the replay buffer.

    The last two share the rest equally, or in a long training by their numbers.
    """
    new, replayed = drawings.new, drawings.replay_buffer
    share = 1 - resume.replay_ratio
    of_new = share if not replayed else share * (len(new) / (len(new) + len(replayed)) if drawings.is_long else 0.5)
    # Labels of reference drawings are ignored: the champion's predictions on them are kept as they are.
    reference = Source(_reference_snapshots(encoding, seed), resume.replay_ratio, distil_from_champion=True)
    parts = [
        *_weighted_snapshots(new, resume, encoding, seed + 1, of_new),
        *_weighted_snapshots(replayed, resume, encoding, seed + 2, share - of_new),
    ]
    return [reference, *(_labelled_source(*part, drawings.agreeing, reference_model) for part in parts)]


def _labelled_source(
    drawings: Sequence[LabelledDrawing],
    snapshots: Snapshots,
    share: float,
    agreeing: Collection[str],
    reference_model: Artifact | None,
) -> Source:
    if reference_model is None:
        return Source(snapshots, share)
    is_agreeing = np.array([drawing.id in agreeing for drawing in drawings])[snapshots.drawing]
    first, last = AGREEING_DISTILLATION_WEIGHT
    weight = np.where(is_agreeing, first + (last - first) * snapshots.ink, REFERENCE_DISTILLATION_WEIGHT)
    return Source(snapshots, share, _served_predictions(reference_model, snapshots), weight.astype(np.float32))


def _served_predictions(artifact: Artifact, snapshots: Snapshots) -> Floats:
    """Probabilities and doubt (n, 11) of the flatbuffer, as the service serves it."""
    return Interpreter(artifact.model, snapshots.encoding).predict_each_with_doubt(snapshots.batch(slice(None)))


def _copies(resume: Resume, share: float, drawings: int) -> int:
    """Copies of each drawing, no more than batches can use: of many drawings, most of ten copies were never drawn."""
    drawn = resume.batches * resume.batch_size * share
    useful = round(SNAPSHOTS_PER_DRAW * drawn / (len(EVALUATION_STAGES) * max(1, drawings)))
    return max(1, min(resume.copies, useful))


def _weighted_snapshots(
    drawings: Sequence[LabelledDrawing], resume: Resume, encoding: Encoding, seed: int, share: float
) -> list[tuple[Sequence[LabelledDrawing], Snapshots, float]]:
    """Drawings, their snapshots and their share of a batch; no contributor has more than all others together.

    A handful of drawings gets part of the share: repeated over and over, they would be learned at everyone's cost.
    """
    variety = Variety(_copies(resume, share, len(drawings)))
    share *= min(1.0, len(drawings) / FULL_SHARE_DRAWINGS)
    parts = split_by_weight(drawings)
    return [(part, training_snapshots(part, encoding, variety, seed), share * weight) for part, weight in parts]


@functools.cache
def _reference_snapshots(encoding: Encoding, seed: int) -> Snapshots:
    return training_snapshots(reference_drawings("replay"), encoding, Variety(REPLAY_COPIES), seed)
