"""`midstroke train`. TensorFlow is loaded when training begins, never with this file."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from collector.ink.drawing import DrawingError
from collector.malloc import keep_freed_memory
from collector.settings import open_store
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import read_set
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols
from collector.tracing import span, start_tracing, stop_tracing
from service.cli.errors import USAGE, fail, read_as
from service.cli.training.training_input import (
    CORES,
    Families,
    Files,
    FromStore,
    SetId,
    Symbols,
    champion_of,
    chosen_families,
    print_accuracy,
    read_all_drawings,
    shard_cache,
)
from service.cli.training.watch import watch_store, webhook_of
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_symbols
from training.data.ray_pool import LOCAL, BadAddress, NoRay, on_ray
from training.evaluation.figures import draw_figures
from training.families.recipes import Family, Recipe
from training.learning.challenger import Outcome, Run
from training.learning.first_training import compare_with_champion, train_from_scratch
from training.learning.state.lease import LeasedStore, LeaseHeld, LeaseLost, TrainerLease
from training.learning.symbol_sets.set_trainers import NoPathModel, SetTrainers
from training.learning.trainer import Trainer
from training.models.artifact import Artifact, BadArtifact
from training.models.registry import Registry, RegistryError
from training.models.shipped import seed_first_models
from training.settings import TrainingSettings
from training.webhook import Webhook

app = typer.Typer(add_completion=False)


class TrainCommand(TyperCommand):
    """Lets `--ray` stand without an address."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = list(args)
        for at in [at for at, text in enumerate(given) if text == "--ray"][::-1]:
            if at + 1 == len(given) or given[at + 1].startswith("-"):
                given.insert(at + 1, LOCAL)
        return super().parse_args(ctx, given)


@app.command(cls=TrainCommand)
def train(
    ctx: typer.Context,
    drawings: Files = None,
    symbols: Symbols = None,
    family: Families = None,
    set_id: SetId = None,
    resume: Annotated[
        bool, typer.Option(help="Continue from the champion with the drawings that arrived since.")
    ] = False,
    watch: Annotated[
        bool, typer.Option(help="Wait for drawings and continue from the champion, until stopped.")
    ] = False,
    from_store: FromStore = True,
    batches: Annotated[int | None, typer.Option(help="Number of batches, instead of the recipe's.", min=1)] = None,
    copies: Annotated[int | None, typer.Option(help="Copies of each drawing, instead of the recipe's.", min=1)] = None,
    warm_start: Annotated[
        Path | None,
        typer.Option(
            help="Folder of published models to begin at, such as training/first_models; few batches are enough then.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random choice.", min=0, max=2**32 - 1)] = 1,
    publish_to: Annotated[
        Path | None,
        typer.Option(help="Folder to publish to instead of the store.", file_okay=False),
    ] = None,
    ray: Annotated[
        str | None,
        typer.Option(
            help="Decode, augment, make features and fit from scratch on a Ray cluster: host:port of its head; without "
            "one, on a Ray of this machine. Needs midstroke[ray].",
            metavar="[ADDRESS]",
        ),
    ] = None,
) -> None:
    """Train models on drawings and publish those that pass the gate."""
    keep_freed_memory()
    settings, chosen = read_as(TrainingSettings), chosen_families(family)
    start_tracing(settings.trace_address, settings.trace_percent, "trainer")
    ctx.call_on_close(stop_tracing)
    store = open_store(settings)
    if watch and ray is not None:
        fail("--ray is for one training, from scratch or with --resume; --watch trains on this machine", USAGE)
    if watch:
        if set_id is not None:
            fail("--watch looks at every set; leave out --set", USAGE)
        return watch_store(store, settings, chosen)
    # With one process the work stays in this one; a cluster's pools take as many tasks as it has cores.
    run = Run(seed=seed, progress=_bar, threads=CORES if ray is None else max(2, CORES))
    if set_id is not None and set_id != DIGITS_ID:
        if drawings or symbols or batches or copies or warm_start or publish_to or ray is not None:
            fail("--set trains on the set's own drawings in the store; see import-drawings --set for files", USAGE)
        return _train_set(store, settings, set_id, chosen, run)
    target = store if publish_to is None else FolderStore(publish_to)
    try:
        with nullcontext() if ray is None else on_ray(ray, CORES) as workers:
            run = replace(run, workers=workers)
            if resume:
                _resume(store, settings, chosen, run)
            else:
                letters = [letter for file in symbols or [] for _, letter in read_symbols(file)]
                gathered = read_all_drawings(
                    drawings, store if from_store else None, shard_cache(settings), run.threads
                )
                changes = _Changes(batches, copies, warm_start)
                lease = TrainerLease(target, "midstroke train")
                with lease.hold(threading.Event(), wait=False) if target is store else nullcontext():
                    leased = LeasedStore(target, lease) if target is store else target
                    webhook = webhook_of(settings) if target is store else Webhook("", "")
                    _train_from_scratch([*gathered, *letters], leased, chosen, changes, run, webhook)
                webhook.close()
    except BadAddress as error:
        fail(str(error), USAGE)
    except (StoreError, DrawingError, RegistryError, BadArtifact, LeaseHeld, LeaseLost, NoRay) as error:
        fail(str(error))
    return None


def _train_set(
    store: ObjectStore, settings: TrainingSettings, set_id: str, families: Sequence[Family], run: Run
) -> None:
    lease = TrainerLease(store, f"midstroke train --set {set_id}")
    webhook = webhook_of(settings)
    try:
        symbols = read_set(store, set_id)
        with lease.hold(threading.Event(), wait=False):
            trainers = SetTrainers(
                store, settings.retrain_after, threading.Event(), families, run=run,
                shard_cache=shard_cache(settings), lease=lease, tell=webhook.tell,
            )  # fmt: skip
            outcomes = trainers.train(symbols, at_least=1)
            missing = "" if outcomes else trainers.trainer_of(symbols).missing()
    except (StoreError, BadSymbols, RegistryError, BadArtifact, LeaseHeld, LeaseLost, NoPathModel) as error:
        fail(str(error))
    webhook.close()
    for outcome in outcomes:
        _print_outcome(outcome)
    if not outcomes:
        typer.echo(f"set {set_id}: {missing or 'no new drawings to train on'}")


def _resume(store: ObjectStore, settings: TrainingSettings, families: Sequence[Family], run: Run) -> None:
    lease = TrainerLease(store, "midstroke train --resume")
    webhook = webhook_of(settings)
    with lease.hold(threading.Event(), wait=False):
        seed_first_models(LeasedStore(store, lease))
        trainer = Trainer(
            store,
            settings.retrain_after,
            threading.Event(),
            families,
            run=run,
            shard_cache=shard_cache(settings),
            lease=lease,
            tell=webhook.tell,
        )
        outcomes = trainer.poll(at_least=1)
    webhook.close()
    for outcome in outcomes:
        _print_outcome(outcome)
    if not outcomes:
        typer.echo("no new drawings to train on, or no champion to continue from")


@dataclass(frozen=True, slots=True)
class _Changes:
    """Changes of every recipe by the command line; None leaves a value as it is."""

    batches: int | None
    copies: int | None
    warm_start: Path | None


def _train_from_scratch(
    drawings: Sequence[LabelledDrawing],
    target: ObjectStore,
    families: Sequence[Family],
    changes: _Changes,
    run: Run,
    webhook: Webhook,
) -> None:
    training = [drawing for drawing in drawings if drawing.use == "training"]
    if not training:
        fail("no drawings to train on: give --drawings, or contribute some")
    registry = Registry(target)
    for family in families:
        typer.echo(f"{family.name}: training on {len(training)} drawings")
        recipe = replace(
            family.recipe,
            batches=changes.batches or family.recipe.batches,
            copies=changes.copies or family.recipe.copies,
        )
        start = None if changes.warm_start is None else champion_of(FolderStore(changes.warm_start), family)
        teacher = _teacher(registry, recipe)
        with span("training", set=DIGITS_ID, family=family.name, drawings=len(training)) as traced:
            outcome = train_from_scratch(family, recipe, drawings, run, teacher, start)
            traced.set(version=outcome.artifact.card.version)
        pointer = registry.champion(family.name)
        if pointer is not None:
            outcome = compare_with_champion(outcome, registry.load(family.name, pointer.version), drawings)
        if outcome.verdict.accepted:
            registry.publish(outcome.artifact, draw_figures(outcome.evaluation))
            registry.promote(family.name, outcome.artifact.card.version, outcome.verdict.reasons[0])
        webhook.tell(outcome.event)
        _print_outcome(outcome)


def _teacher(registry: Registry, recipe: Recipe) -> Artifact | None:
    """The teacher's champion, for distillation; families are ordered so that a teacher is trained first."""
    pointer = registry.champion(recipe.teacher) if recipe.teacher else None
    if pointer is not None and recipe.teacher is not None:
        typer.echo(f"  distilled from {recipe.teacher} {pointer.version}")
        return registry.load(recipe.teacher, pointer.version)
    if recipe.teacher is not None:
        typer.echo(f"  no {recipe.teacher} to distil from: trained on labels only")
    return None


def _print_outcome(outcome: Outcome) -> None:
    card = outcome.artifact.card
    print_accuracy(card.family, outcome.evaluation)
    typer.echo(f"{card.family} {card.version} {'published' if outcome.verdict.accepted else 'refused'}")
    for reason in outcome.verdict.reasons:
        typer.echo(f"  {reason}")


def _bar(numbers: Iterable[int]) -> Iterable[int]:
    from tqdm import tqdm  # noqa: PLC0415 - only at a terminal

    return tqdm(numbers, leave=False, mininterval=0.5, disable=None)
