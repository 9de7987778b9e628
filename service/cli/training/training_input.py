"""Options that `midstroke train` and `midstroke evaluate` share, and what they name: settings, families, drawings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from collector.storage.object_store import ObjectStore
from service.cli.errors import fail
from training.data.contributed import contributed_drawings
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings
from training.evaluation.evaluation import Evaluation
from training.families.recipes import FAMILIES, Family, UnknownFamily, family_named
from training.models.artifact import Artifact
from training.models.registry import Registry
from training.settings import TrainingSettings

CORES = os.cpu_count() or 1  # for a training that runs without a service beside it

Files = Annotated[
    list[Path] | None,
    typer.Option("--drawings", help="NDJSON file, plain or .gz; can be repeated.", exists=True, dir_okay=False),
]
Symbols = Annotated[
    list[Path] | None,
    typer.Option(
        "--symbols",
        help="NDJSON file of letters and symbols, of which models learn doubt and an embedding; can be repeated.",
        exists=True,
        dir_okay=False,
    ),
]
Families = Annotated[list[str] | None, typer.Option("--family", help="Only this family; can be repeated.")]
SetId = Annotated[
    str | None, typer.Option("--set", help="Id of a symbol set in the store, instead of digits.", show_default=False)
]
FromStore = Annotated[bool, typer.Option("--from-store/--no-store", help="Also use stored contributions.")]


def chosen_families(names: Sequence[str] | None) -> list[Family]:
    try:
        return [family_named(name) for name in names] if names else list(FAMILIES)
    except UnknownFamily as error:
        fail(str(error))


def shard_cache(settings: TrainingSettings) -> Path:
    """The folder for copies of shards from a store that is not a folder."""
    return settings.var / "shards"


def set_cache(settings: TrainingSettings, set_id: str) -> Path:
    return settings.var / "set-shards" / set_id


def read_all_drawings(
    files: Sequence[Path] | None, store: ObjectStore | None, shard_cache: Path, processes: int = CORES
) -> list[LabelledDrawing]:
    """Reads the drawings of the files and of the store."""
    gathered = [drawing for file in files or [] for drawing in read_drawings(file)]
    if store is not None:
        gathered += contributed_drawings(store, shard_cache, processes)
    return gathered


def champion_of(store: ObjectStore, family: Family) -> Artifact | None:
    registry = Registry(store)
    pointer = registry.champion(family.name)
    return None if pointer is None else registry.load(family.name, pointer.version)


def print_accuracy(name: str, evaluation: Evaluation) -> None:
    stages = "  ".join(
        f"{100 * ink:.0f}%: {100 * right:.1f}" for ink, right in zip(evaluation.ink, evaluation.accuracy, strict=True)
    )
    typer.echo(f"{name}: mean {100 * evaluation.mean:.1f} % over {evaluation.drawings} drawings\n  {stages}")
