"""Contributions with wrong labels, and by whose drawings the harm is measured. Nothing is stored in here."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from collector.storage.folder_store import FolderStore
from infra.harness.contribute import name_for
from training.data.dataset import LabelledDrawing, evaluation_snapshots
from training.data.drawing_files import read_drawings
from training.data.reference import HANDS, reference_drawings
from training.learning.label_filter import LEAST_LABEL_PROBABILITY, best_model
from training.models.interpreter import CLASSES, Interpreter
from training.models.registry import FIRST_MODELS, Registry

Drawings = Sequence[LabelledDrawing]
Labelled = Callable[[LabelledDrawing, random.Random], LabelledDrawing]

MORE_HANDS = 60  # imagined hands that no model was trained on or judged by
WRONG_SHARE = 0.2
LOUD = "one contributor sends 90 %, all wrong"
CROWD = "half are wrong as the label filter accepts them, a token each"


@dataclass(frozen=True, slots=True)
class People:
    """Drawings with their true labels: by those who teach, those who judge, and those the harm is measured on."""

    teachers: Drawings
    judges: Drawings
    others: Drawings


@dataclass(frozen=True, slots=True)
class Attack:
    """What comes in each round, and what had come from judging contributors before."""

    name: str
    rounds: tuple[Drawings, ...]
    judges: Drawings


def people_of(files: Sequence[Path], rng: random.Random) -> People:
    """From the files; from imagined hands where there are none. Nobody is in two parts."""
    if not files:
        return _imagined()
    drawings = [drawing for file in files for drawing in read_drawings(file)]
    counts = Counter((drawing.source, drawing.contributor) for drawing in drawings if drawing.use == "validation")
    # Every other writer of each source: judges that know no pen like the others' would tell of something else.
    writers = sorted(counts, key=lambda name: (name[0], -counts[name], name[1]))
    judging = {contributor for _, contributor in writers[1::2]}
    teachers = [drawing for drawing in drawings if drawing.use == "training"]
    rng.shuffle(teachers)
    return People(
        teachers=teachers,
        judges=[d for d in drawings if d.contributor in judging],
        others=[d for d in drawings if d.use == "validation" and d.contributor not in judging],
    )


def _imagined() -> People:
    unseen = slice(CLASSES * HANDS, None)
    judging = reference_drawings("validation", HANDS + MORE_HANDS)[unseen]
    third = len(judging) // 3
    return People(
        teachers=[_named(drawing, "training") for drawing in reference_drawings("replay", HANDS + MORE_HANDS)[unseen]],
        judges=[_named(drawing, "validation") for drawing in judging[:third]],
        others=[_named(drawing, "validation") for drawing in judging[third:]],
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
    """WRONG_SHARE of all drawings are wrong so, those of the teachers and those of the judges alike."""

    def given(drawing: LabelledDrawing) -> LabelledDrawing:
        return labelled(drawing, rng) if rng.random() < WRONG_SHARE else drawing

    taught = [given(drawing) for drawing in people.teachers[: rounds * each]]
    return Attack(name, _parted(taught, rounds, each), [given(drawing) for drawing in people.judges])


def one_loud_contributor(people: People, rounds: int, each: int, rng: random.Random) -> Attack:
    """Nine of ten drawings are one contributor's, and every one of those is wrong."""
    loud = name_for("training", "the loud one")
    taught = [
        drawing if place % 10 == 0 else replace(one_too_many(drawing, rng), contributor=loud)
        for place, drawing in enumerate(people.teachers[: rounds * each])
    ]
    return Attack(LOUD, _parted(taught, rounds, each), people.judges)


def believed_wrong(people: People, rounds: int, each: int) -> Attack:
    """A crowd that has the shipped model: it sends only what the label filter accepts, a token for every drawing.

    What the model itself takes for another digit judges, the rest teaches.
    """
    half = each // 2
    taught = rounds * half
    wrong, honest = _most_likely(people.teachers, taught + len(people.judges) // 2)
    judges = [
        replace(drawing, contributor=name_for("validation", f"crowd {drawing.id}"), use="validation")
        for drawing in wrong[:-taught]
    ]
    crowd = [replace(drawing, contributor=name_for("training", f"crowd {drawing.id}")) for drawing in wrong[-taught:]]
    parted = zip(_parted(crowd, rounds, half), _parted(honest, rounds, half), strict=True)
    together = tuple((*wrong_part, *honest_part) for wrong_part, honest_part in parted)
    return Attack(CROWD, together, [*people.judges, *judges])


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
