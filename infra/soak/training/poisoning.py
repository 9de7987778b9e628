"""Contributions with wrong labels, and the drawings on which their harm is measured. Stores nothing."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collector.storage.folder_store import FolderStore
from infra.harness.data.contribute import name_for
from training.data.dataset import LabelledDrawing, evaluation_snapshots
from training.data.drawing_files import read_drawings
from training.data.generated.reference import HANDS, reference_drawings
from training.learning.label_filter import LEAST_LABEL_PROBABILITY, best_model
from training.models.interpreter import CLASSES, Interpreter
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

Drawings = Sequence[LabelledDrawing]
Labelled = Callable[[LabelledDrawing, random.Random], LabelledDrawing]

MORE_HANDS = 60  # hands of reference drawings that no model was trained on or evaluated by
WRONG_SHARE = 0.2
LOUD = "one contributor sends 90 %, all wrong"
CROWD = "half are wrong as the label filter accepts them, a token each"


@dataclass(frozen=True, slots=True)
class People:
    """Correctly labelled drawings by three groups of people: to train on, for the gate, and to measure the harm."""

    training: Drawings
    validation: Drawings
    test: Drawings


@dataclass(frozen=True, slots=True)
class Attack:
    """The contributions of each round, and the validation drawings contributed before."""

    name: str
    rounds: tuple[Drawings, ...]
    validation: Drawings


def people_of(files: Sequence[Path], rng: random.Random) -> People:
    """From the files, or else from reference drawings. Nobody is in two groups."""
    if not files:
        return _imagined()
    drawings = [drawing for file in files for drawing in read_drawings(file)]
    counts = Counter((drawing.source, drawing.contributor) for drawing in drawings if drawing.use == "validation")
    # Every other writer of each source, so that both groups have the same pens.
    writers = sorted(counts, key=lambda name: (name[0], -counts[name], name[1]))
    validation = {contributor for _, contributor in writers[1::2]}
    teachers = [drawing for drawing in drawings if drawing.use == "training"]
    rng.shuffle(teachers)
    return People(
        training=teachers,
        validation=[d for d in drawings if d.contributor in validation],
        test=[d for d in drawings if d.use == "validation" and d.contributor not in validation],
    )


def _imagined() -> People:
    unseen = slice(CLASSES * HANDS, None)
    validation = reference_drawings("validation", HANDS + MORE_HANDS)[unseen]
    third = len(validation) // 3
    return People(
        training=[_named(drawing, "training") for drawing in reference_drawings("replay", HANDS + MORE_HANDS)[unseen]],
        validation=[_named(drawing, "validation") for drawing in validation[:third]],
        test=[_named(drawing, "validation") for drawing in validation[third:]],
    )


def _named(drawing: LabelledDrawing, use: str) -> LabelledDrawing:
    name = name_for("validation" if use == "validation" else "training", drawing.contributor)
    return replace(drawing, contributor=name, source="imagined")


def wrong_at_random(drawing: LabelledDrawing, rng: random.Random) -> LabelledDrawing:
    return replace(drawing, label=(drawing.label + rng.randrange(1, CLASSES)) % CLASSES)


def ones_as_sevens(drawing: LabelledDrawing, _: random.Random) -> LabelledDrawing:
    return replace(drawing, label=7) if drawing.label == 1 else drawing


def one_too_many(drawing: LabelledDrawing, _: random.Random) -> LabelledDrawing:
    return replace(drawing, label=(drawing.label + 1) % CLASSES)


def wrong_labels(name: str, people: People, labelled: Labelled, rounds: int, each: int, rng: random.Random) -> Attack:
    """WRONG_SHARE of the training and of the validation drawings get a wrong label."""

    def given(drawing: LabelledDrawing) -> LabelledDrawing:
        return labelled(drawing, rng) if rng.random() < WRONG_SHARE else drawing

    training = [given(drawing) for drawing in people.training[: rounds * each]]
    return Attack(name, _parted(training, rounds, each), [given(drawing) for drawing in people.validation])


def one_loud_contributor(people: People, rounds: int, each: int, rng: random.Random) -> Attack:
    """Nine of ten drawings are one contributor's, and every one of those is wrong."""
    loud = name_for("training", "the loud one")
    training = [
        drawing if place % 10 == 0 else replace(one_too_many(drawing, rng), contributor=loud)
        for place, drawing in enumerate(people.training[: rounds * each])
    ]
    return Attack(LOUD, _parted(training, rounds, each), people.validation)


def plausibly_wrong(people: People, rounds: int, each: int) -> Attack:
    """A crowd that has the shipped model: it sends only what the label filter accepts, a token for every drawing.

    Drawings that the model itself misreads become validation drawings, the rest training drawings.
    """
    half = each // 2
    training = rounds * half
    wrong, honest = _most_likely(people.training, training + len(people.validation) // 2)
    validation = [
        replace(drawing, contributor=name_for("validation", f"crowd {drawing.id}"), use="validation")
        for drawing in wrong[:-training]
    ]
    crowd = [replace(drawing, contributor=name_for("training", f"crowd {drawing.id}")) for drawing in wrong[-training:]]
    parted = zip(_parted(crowd, rounds, half), _parted(honest, rounds, half), strict=True)
    together = tuple((*wrong_part, *honest_part) for wrong_part, honest_part in parted)
    return Attack(CROWD, together, [*people.validation, *validation])


def _most_likely(drawings: Drawings, wanted: int) -> tuple[list[LabelledDrawing], list[LabelledDrawing]]:
    """Drawings with the likeliest wrong label that the label filter accepts, likeliest first; others unchanged."""
    reader = best_model(Registry(FolderStore(FIRST_MODELS)))
    if reader is None:
        return [], list(drawings)
    interpreter, encoding = Interpreter(reader.model, reader.card.encoding), reader.card.encoding
    wrong, honest = list[tuple[float, LabelledDrawing]](), list[LabelledDrawing]()
    for drawing in drawings:
        if len(wrong) == wanted:
            honest.append(drawing)
            continue
        probabilities = interpreter.predict(evaluation_snapshots([drawing], encoding, (1.0,)).batch(slice(None)))
        probabilities[drawing.label] = 0
        likeliest = int(probabilities.argmax())
        if probabilities[likeliest] >= LEAST_LABEL_PROBABILITY:
            wrong.append((float(probabilities[likeliest]), replace(drawing, label=likeliest)))
        else:
            honest.append(drawing)
    wrong.sort(key=lambda each: (-each[0], each[1].id))
    return [drawing for _, drawing in wrong], honest


def _parted(drawings: Drawings, rounds: int, each: int) -> tuple[Drawings, ...]:
    return tuple(drawings[number * each : (number + 1) * each] for number in range(rounds))
