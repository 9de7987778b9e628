"""`midstroke evaluate`. TensorFlow is never loaded."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from collector.settings import open_store
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import read_set, store_of
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols
from service.cli.errors import fail, read_as
from service.cli.training.training_input import (
    CORES,
    Families,
    Files,
    FromStore,
    SetId,
    champion_of,
    chosen_families,
    print_accuracy,
    read_all_drawings,
    set_cache,
    shard_cache,
)
from training.data.augmentation.placing import PLACINGS
from training.data.contributed import contributed_drawings
from training.data.dataset import placed
from training.data.generated.reference import reference_drawings
from training.evaluation.evaluation import Evaluation, prepare, to_record
from training.evaluation.evaluation import evaluate as evaluate_model
from training.evaluation.figures import draw_figures
from training.families.recipes import Family
from training.learning.cards import describe_evaluation_set
from training.learning.symbol_sets.set_evaluation import SetEvaluation, evaluate_champion
from training.models.artifact import BadArtifact, check_artifact
from training.models.card import DIGIT_CLASSES
from training.models.card_json import BadCard
from training.models.registry import RegistryError
from training.settings import TrainingSettings

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    drawings: Files = None,
    family: Families = None,
    set_id: SetId = None,
    from_store: FromStore = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print all measurements as JSON.")] = False,
    figures: Annotated[Path | None, typer.Option(help="Folder to write figures to, as SVG.", file_okay=False)] = None,
) -> None:
    """Evaluate the champions on validation drawings, or on reference drawings if there are none.

    With --set, a symbol set's own models; where nobody could be held out, the figures of their cross-validation.
    """
    settings = read_as(TrainingSettings)
    store = open_store(settings)
    if set_id is not None and set_id != DIGITS_ID:
        if drawings:
            fail("--set evaluates on the set's own drawings in the store; see import-drawings --set for files")
        return _evaluate_set(store, settings, set_id, chosen_families(family), as_json, figures)
    found: dict[str, Evaluation] = {}
    by_placing: dict[str, dict[str, Evaluation]] = {}
    try:
        validation = [
            d
            for d in read_all_drawings(drawings, store if from_store else None, shard_cache(settings))
            if d.use == "validation"
        ]
        validation = validation or list(reference_drawings("validation"))
        for each in chosen_families(family):
            artifact = champion_of(store, each)
            if artifact is not None:
                interpreter = check_artifact(artifact)
                found[each.name] = evaluate_model(interpreter, prepare(validation, each.encoding))
                by_placing[each.name] = {
                    placing.name: evaluate_model(interpreter, prepare(placed(validation, placing), each.encoding))
                    for placing in PLACINGS
                }
    except (StoreError, DrawingError, RegistryError, BadArtifact) as error:
        fail(str(error))
    _write_figures(found, figures)
    _print_evaluations(found, by_placing, describe_evaluation_set(validation), as_json)
    return None


def _evaluate_set(
    store: ObjectStore,
    settings: TrainingSettings,
    set_id: str,
    families: Sequence[Family],
    as_json: bool,
    figures: Path | None,
) -> None:
    """Evaluates a set's champions on its held-out contributors; without any, prints what cross-validation found."""
    found: dict[str, SetEvaluation] = {}
    try:
        symbols, part = read_set(store, set_id), store_of(store, set_id)
        drawings = contributed_drawings(part, set_cache(settings, set_id), CORES, symbols)
        for family in families:
            artifact = champion_of(part, family)
            if artifact is not None:
                found[family.name] = evaluate_champion(artifact, symbols, drawings)
    except (StoreError, BadSymbols, BadCard, RegistryError, BadArtifact) as error:
        fail(str(error))
    if figures is not None:
        for name, each in found.items():
            if each.evaluation is not None:
                _write_figure_files(each.evaluation, each.names, figures / name)
    if as_json:
        typer.echo(
            json.dumps({"set": set_id, "families": {n: each.to_record() for n, each in found.items()}}, indent=1)
        )
        return
    if not found:
        typer.echo(f"set {set_id} has no model of its own yet")
    for name, each in found.items():
        metrics = each.metrics
        stages = "  ".join(
            f"{100 * ink:.0f}%: {100 * right:.1f}" for ink, right in zip(metrics.ink, metrics.accuracy, strict=True)
        )
        typer.echo(f"{name}: mean {100 * metrics.mean:.1f} % over {metrics.evaluated_on}\n  {stages}")
        typer.echo(
            f"  knows {', '.join(each.class_ids)}" + (f"; not {', '.join(each.unknown)}" if each.unknown else "")
        )


def _write_figures(found: dict[str, Evaluation], folder: Path | None) -> None:
    for name, evaluation in found.items():
        if folder is None:
            return
        _write_figure_files(evaluation, DIGIT_CLASSES.ids, folder / name)


def _write_figure_files(evaluation: Evaluation, names: Sequence[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for file, body in draw_figures(evaluation, names).items():
        (folder / file).write_bytes(body)


def _print_evaluations(
    found: dict[str, Evaluation], by_placing: dict[str, dict[str, Evaluation]], evaluated_on: str, as_json: bool
) -> None:
    if as_json:
        records = {
            name: to_record(evaluation)
            | {"placings": {placing: to_record(each) for placing, each in by_placing[name].items()}}
            for name, evaluation in found.items()
        }
        typer.echo(json.dumps({"judged_on": evaluated_on, "families": records}, indent=1))
        return
    typer.echo(f"evaluated on {evaluated_on}")
    for name, evaluation in found.items():
        print_accuracy(name, evaluation)
        for placing, each in by_placing[name].items():
            typer.echo(f"  {placing}: mean {100 * each.mean:.1f} %, finished {100 * each.at(1.0):.1f} %")
