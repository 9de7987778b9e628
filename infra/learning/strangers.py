"""Measures what a model learns from several strangers at once, and what that gains or costs other writers.

python -m infra.learning.strangers --drawings uji2.ndjson.gz --control unipen.ndjson.gz
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from infra.harness.champions import champion_of
from infra.harness.data.contribute import contribute, name_for
from infra.harness.options import AsJson, Drawings, Families, Models
from infra.learning.groups import Groups, TooFewWriters, split
from infra.learning.rounds import NotTrained, Score, score
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings
from training.evaluation.evaluation import prepare
from training.families.recipes import Family, UnknownFamily, family_named
from training.learning.challenger import Run
from training.learning.trainer import Trainer
from training.models.artifact import check_artifact
from training.models.interpreter import Interpreter
from training.models.registry import Registry, RegistryError
from training.models.shipped import FIRST_MODELS, seed_first_models

START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Change:
    """The accuracy on one group of drawings before and after the training."""

    group: str
    drawings: int
    writers: int
    before: Score
    after: Score


@dataclass(frozen=True, slots=True)
class Result:
    """One family's training on all that the strangers gave."""

    family: str
    given: int
    accepted: bool
    reasons: tuple[str, ...]
    seconds: float  # from the look at the store to the version that is published or refused
    changes: tuple[Change, ...]


def main(
    drawings: Drawings,
    control: Drawings,
    family: Families = None,
    givers: Annotated[int, typer.Option(min=1, help="the writers with the most drawings contribute")] = 12,
    each: Annotated[int, typer.Option(min=1, help="half of their drawings, at most this many")] = 50,
    models: Models = FIRST_MODELS,
    every_writer: Annotated[bool, typer.Option(help="the models have seen nobody of --drawings")] = False,
    threads: Annotated[int, typer.Option(min=1, help="cores to train on")] = 2,
    as_json: AsJson = False,
) -> None:
    """Trains each family, by default path, once on all that the strangers give, and prints what that changes."""
    try:
        new, known = ([d for file in files for d in read_drawings(file)] for files in (drawings, control))
        groups = split(new, known, givers, each, every_writer=every_writer)
        families = [family_named(name) for name in family or ["path"]]
        results = [learn(chosen, models, groups, Run(threads=threads)) for chosen in families]
    except (TooFewWriters, NotTrained, UnknownFamily, DrawingError, RegistryError) as error:
        sys.exit(f"strangers: {error}")
    if as_json:
        print(json.dumps([asdict(result) for result in results], indent=1))
        return
    for result in results:
        print("\n".join(describe(result)))


def learn(family: Family, models: Path, groups: Groups, run: Run) -> Result:
    """Lets the trainer look once at a store with what the strangers gave.

    Raises:
        NotTrained: the trainer did not train it.
        RegistryError: there is no model of the family to continue from.
    """
    store = MemoryStore()
    seed_first_models(store, models)
    registry = Registry(store)
    before = check_artifact(champion_of(registry, family.name))
    for number, (writer, given) in enumerate(groups.given.items()):
        contribute(store, given, START + timedelta(hours=number), name_for("training", writer))
    trainer = Trainer(store, 1, threading.Event(), [family], first_models=FolderStore(models), run=run)
    began = perf_counter()
    outcomes = trainer.poll()
    seconds = perf_counter() - began
    if not outcomes:
        raise NotTrained(f"{family.name}: the trainer did not train it")
    after, verdict = check_artifact(champion_of(registry, family.name)), outcomes[0].verdict
    parts = {
        "kept back by the strangers": groups.kept_back,
        "other writers of their collections": groups.others,
        "writers to compare with": groups.control,
    }
    changes = tuple(_change(name, part, family, before, after) for name, part in parts.items())
    given_count = sum(len(given) for given in groups.given.values())
    return Result(family.name, given_count, verdict.accepted, tuple(verdict.reasons), seconds, changes)


def _change(
    name: str, drawings: list[LabelledDrawing], family: Family, before: Interpreter, after: Interpreter
) -> Change:
    judged = prepare(drawings, family.encoding)
    writers = len({drawing.contributor for drawing in drawings})
    return Change(name, len(drawings), writers, score(before, judged), score(after, judged))


def describe(result: Result) -> list[str]:
    """The lines of a family's table."""
    verdict = "published" if result.accepted else f"refused: {' '.join(result.reasons)}"
    lines = [f"{result.family}: trained on {result.given} drawings in {result.seconds:.0f} s, {verdict}"]
    for change in result.changes:
        pairs = ((change.before.mean, change.after.mean), (change.before.at_100, change.after.at_100))
        mean, finished = (
            f"{100 * before:5.1f} to {100 * after:5.1f} ({100 * (after - before):+.1f})" for before, after in pairs
        )
        lines.append(
            f"  {change.group:36s} {change.drawings:5d} by {change.writers:3d}   mean {mean}   finished {finished}"
        )
    return lines


if __name__ == "__main__":
    typer.run(main)
