"""Measures the accuracy on a symbol set with a few examples of each class, before any training.

python -m infra.symbols --drawings letters-fewshot.ndjson.gz

The sets are ten letters of one writer with 3, 5 and 10 examples of each, scored on the rest of that writer's; and a
writer's letters with 20 examples of each by five others. We chose the recogniser's constants on other writers, and
between equals on these. The figures of two halves of the writers show how much one depends on who they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from infra.harness.champions import champions_in
from infra.harness.options import AsJson, Models, Symbols
from infra.harness.results.markdown import markdown
from infra.symbols.accuracy import Accuracy, few_shot, measure, vote
from infra.symbols.metric_fitting import fit_metric
from infra.symbols.seen import see
from infra.symbols.tasks import Task, letters_of, others_tasks, own_tasks
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_symbols
from training.models.artifact import BadArtifact, check_artifact
from training.models.few_shot.metric import METRIC_FILE, Metric, shipped_metric
from training.models.interpreter import Interpreter
from training.models.registry import RegistryError
from training.models.shipped import FIRST_MODELS

HALVES = {"all": (0, 1), "first half": (0,), "second half": (1,)}
HEAD = ("examples by", "of each", "method", "writers", "sets", "finished", "mean of stages")


def main(
    drawings: Symbols,
    models: Models = FIRST_MODELS,
    each: Annotated[list[int] | None, typer.Option(min=1, help="examples of each class")] = None,
    fit: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="learn the metric anew on these symbols, without the sources of --drawings",
        ),
    ] = None,
    save: Annotated[bool, typer.Option("--save", help=f"keep the metric of --fit in {METRIC_FILE.name}")] = False,
    as_json: AsJson = False,
) -> None:
    """Prints a Markdown table: accuracy on finished drawings and over ten stages; sets weigh the same."""
    counts = sorted(set(each or (3, 5, 10)))
    try:
        letters = [drawing for file in drawings for _, drawing in read_symbols(file)]
        interpreter = check_artifact(*champions_in(models, ["path"]))
        metric = _fitted(fit, {drawing.source for drawing in letters}, interpreter) if fit else shipped_metric()
    except (DrawingError, RegistryError, BadArtifact, ValueError) as error:
        sys.exit(f"symbols: {error}")
    if fit and save:
        metric.save()
    found = _accuracies(letters, interpreter, metric, counts)
    if not found:
        sys.exit(f"symbols: no writer with more than {max(counts)} drawings of 10 letters")
    print(json.dumps([_record(each) for each in found]) if as_json else table(found))


def _fitted(files: Sequence[Path], without: set[str], interpreter: Interpreter) -> Metric:
    known = [drawing for file in files for _, drawing in read_symbols(file) if drawing.source not in without]
    if not known:
        raise ValueError("every drawing of --fit is of a source of --drawings")
    return fit_metric(see(known, interpreter), [drawing.symbol or "" for drawing in known])


def _accuracies(
    drawings: Sequence[LabelledDrawing], interpreter: Interpreter, metric: Metric, counts: Sequence[int]
) -> list[Accuracy]:
    letters = letters_of(drawings)
    sets: list[tuple[str, int, list[Task]]] = [
        ("the same writer", count, own_tasks(letters, count, max(counts))) for count in counts
    ]
    sets.append(("five other writers", 20, others_tasks(letters)))
    if not any(tasks for _, _, tasks in sets):
        return []
    seen = see(drawings, interpreter)
    methods = (("vote", vote, seen.unit_embeddings()), ("few-shot", few_shot, seen.vectors(metric)))
    return [
        measure(what, count, f"{name}, {half}", chosen, vectors, recogniser)
        for what, count, tasks in sets
        for name, recogniser, vectors in methods
        for half, numbers in HALVES.items()
        if (chosen := [task for task in tasks if task.half in numbers])
    ]


def table(found: Sequence[Accuracy]) -> str:
    rows = []
    for each in found:
        method, half = each.method.split(", ")
        cells = each.what, each.each, method, half, each.sets, f"{each.finished:.3f}", f"{each.mean:.3f}"
        rows.append(cells)
    return markdown(HEAD, rows, aligned_right=3)


def _record(each: Accuracy) -> dict[str, object]:
    method, half = each.method.split(", ")
    return {
        "examples_by": each.what, "each": each.each, "method": method, "writers": half, "sets": each.sets,
        "drawings": each.drawings, "accuracy": each.stages.round(4).tolist(),
    }  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
