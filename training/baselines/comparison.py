"""Runs all ancestors: their own experiments, then their classifiers on the project's drawings, beside its families.

Figures and tables are made of the resulting `AncestorComparison`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from collector.storage.object_store import ObjectStore
from training.baselines.ancestors import ANCESTORS, Ancestor, Experiment
from training.baselines.framing import Framed, frame_drawings
from training.baselines.mnist import Mnist
from training.baselines.record import Classifier, Labels, Pixels, Record, Reproduced, confusion_of
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, rng_of
from training.models.registry import Registry

FINISHED = "ours, finished"
EVERY_STAGE = "ours, every stage"
PROJECT = "Midstroke"

Say = Callable[[str], None]
Track = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Ours:
    """The project's own drawings in the framings of all ancestors."""

    training: Framed
    validation: Framed


@dataclass(frozen=True, slots=True)
class Confusion:
    """A confusion matrix, label by prediction; `slug` names the figure's file."""

    slug: str
    title: str
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AncestorComparison:
    """The results: rows of the table, and what only figures show."""

    records: tuple[Record, ...]
    confusions: tuple[Confusion, ...]
    trained: dict[str, Labels]  # the labels that an experiment learned from, by its name


@dataclass(frozen=True, slots=True)
class ProgressDisplay:
    """Shows progress: a line for each step, and a bar for counted ones."""

    say: Say = lambda _: None
    track: Track = iter


def choose(drawings: Sequence[LabelledDrawing], most: int) -> list[LabelledDrawing]:
    """At most `most` drawings, sampled with a fixed seed."""
    if len(drawings) <= most:
        return list(drawings)
    rows = rng_of("baselines' training drawings").choice(len(drawings), most, replace=False)
    return [drawings[row] for row in np.sort(rows)]


def frame_ours(drawings: Sequence[LabelledDrawing], most: int, display: ProgressDisplay) -> Ours:
    """The drawings split by writer, in all framings."""
    training = choose([drawing for drawing in drawings if drawing.use == "training"], most)
    validation = [drawing for drawing in drawings if drawing.use == "validation"]
    display.say(f"drawing {len(training):,} training and {len(validation):,} validation drawings at ten stages each")
    return Ours(*(frame_drawings(part[i] for i in display.track(range(len(part)))) for part in (training, validation)))


def compare(
    mnist: Mnist | None,
    ours: Ours | None,
    families: Sequence[Record],
    display: ProgressDisplay,
    ancestors: Sequence[Ancestor] = ANCESTORS,
) -> AncestorComparison:
    """Runs every experiment whose data is available."""
    records: list[Record] = []
    confusions: list[Confusion] = []
    trained: dict[str, Labels] = {}
    for ancestor in ancestors:
        for experiment in ancestor.experiments:
            display.say(f"{experiment.name}: {experiment.trained_on}")
            reproduced = experiment.run(mnist)
            records.append(_record(ancestor, experiment, reproduced, ours))
            if reproduced is not None:
                confusions.append(Confusion(experiment.slug, _title(records[-1]), reproduced.confusion))
                trained[experiment.name] = reproduced.trained
        if ours is not None:
            found, confusion = _on_ours(ancestor, ours, display)
            records += found
            confusions.append(confusion)
    return AncestorComparison((*records, *families), tuple(confusions), trained)


def _record(ancestor: Ancestor, experiment: Experiment, reproduced: Reproduced | None, ours: Ours | None) -> Record:
    record = Record(
        name=experiment.name,
        source=ancestor.source,
        year=ancestor.year,
        claimed=experiment.claimed,
        came_out=None if reproduced is None else round(reproduced.came_out, 4),
        trained_on=experiment.trained_on,
        note="left out: MNIST was not given" if reproduced is None else f"{experiment.note}{_spread(reproduced)}",
    )
    if reproduced is None or ours is None:
        return record
    return _with_accuracy(record, ancestor, reproduced.classifier, ours)


def _spread(reproduced: Reproduced) -> str:
    others = reproduced.by_other_seeds
    return f"; {min(others):.4f} to {max(others):.4f} by {len(others)} other seeds" if others else ""


def _on_ours(ancestor: Ancestor, ours: Ours, display: ProgressDisplay) -> tuple[list[Record], Confusion]:
    """The classifier trained on finished drawings, as its source did, and on every stage, as the project does."""
    records = []
    confusion = np.zeros((0, 0), np.int64)
    for trained_on, pictures in (
        (FINISHED, ours.training.finished(ancestor.framing)),
        (EVERY_STAGE, ours.training.every_stage(ancestor.framing)),
    ):
        display.say(f"{ancestor.name}: {trained_on}")
        cells, labels = _few_enough(*pictures, ancestor.most_pictures)
        classifier = ancestor.make(display.track)
        classifier.fit(ancestor.scale(cells), labels)
        note = f"{len(labels):,} pictures; {ancestor.note}"
        record = Record(ancestor.name, ancestor.source, ancestor.year, None, None, trained_on, note=note)
        records.append(_with_accuracy(record, ancestor, classifier, ours))
        if trained_on == FINISHED:
            finished, drawn = ours.validation.finished(ancestor.framing)
            confusion = confusion_of(drawn, _predict(classifier, ancestor, finished))
    return records, Confusion(f"{ancestor.slug}-ours", _title(records[0]), confusion)


def _few_enough(cells: Pixels, labels: Labels, most: int | None) -> tuple[Pixels, Labels]:
    if most is None or len(labels) <= most:
        return cells, labels
    rows = rng_of("baselines' training pictures").choice(len(labels), most, replace=False)
    return cells[rows], labels[rows]


def _with_accuracy(record: Record, ancestor: Ancestor, classifier: Classifier, ours: Ours) -> Record:
    """The record with the classifier's accuracy on the validation drawings at each stage."""
    cells, labels = ours.validation.every_stage(ancestor.framing)
    right = (_predict(classifier, ancestor, cells) == labels).reshape(-1, len(EVALUATION_STAGES)).mean(axis=0)
    accuracy = tuple(round(float(share), 4) for share in right)
    return replace(
        record,
        ink=EVALUATION_STAGES,
        accuracy=accuracy,
        mean=round(float(right.mean()), 4),
        at_50=accuracy[EVALUATION_STAGES.index(0.5)],
        at_100=accuracy[-1],
    )


def _predict(classifier: Classifier, ancestor: Ancestor, cells: Pixels) -> Labels:
    return np.asarray(classifier.predict(ancestor.scale(cells)), np.int64)


def _title(record: Record) -> str:
    right = record.at_100 if record.came_out is None else record.came_out
    return f"{record.name}, {record.trained_on}: {100 * (right or 0):.1f} % right"


def family_records(store: ObjectStore) -> list[Record]:
    """The project's own families, from their champions' cards: evaluated at the time of their training.

    Raises:
        RegistryError: a champion's card is missing.
        BadCard: it can't be read.
        StoreError: the store could not be read.
    """
    registry = Registry(store)
    found = []
    for family in registry.families():
        champion = registry.champion(family)
        if champion is None:
            continue
        card = registry.card(family, champion.version)
        metrics = card.metrics
        found.append(
            Record(
                name=family, source=PROJECT, year=int(card.created_at[:4]), claimed=None, came_out=None,
                trained_on=f"{card.trained_on.drawings:,} of ours, every stage", ink=metrics.ink,
                accuracy=metrics.accuracy, mean=metrics.mean, at_50=metrics.at_50, at_100=metrics.at_100,
                note=f"{card.version}, evaluated on {metrics.evaluated_on}",
            )
        )  # fmt: skip
    return found
