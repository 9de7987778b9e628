"""`midstroke train` and `midstroke evaluate`. TensorFlow is loaded when training begins, never with this file."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from collector.ink.drawing import DrawingError
from collector.log_format import start_log
from collector.malloc import keep_freed_memory
from collector.settings import open_store
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import read_set, store_of
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols
from collector.tracing import span, start_tracing, stop_tracing
from service.cli.errors import USAGE, fail, read_as
from training.data.augmentation.placing import PLACINGS
from training.data.contributed import contributed_drawings
from training.data.dataset import LabelledDrawing, placed
from training.data.drawing_files import read_drawings, read_symbols
from training.data.generated.reference import reference_drawings
from training.data.ray_pool import LOCAL, NoRay, on_ray
from training.evaluation.evaluation import Evaluation, prepare, to_record
from training.evaluation.evaluation import evaluate as evaluate_model
from training.evaluation.figures import draw_figures
from training.families.recipes import FAMILIES, Family, Recipe, UnknownFamily, family_named
from training.learning.cards import describe_evaluation_set
from training.learning.challenger import Outcome, Run
from training.learning.first_training import compare_with_champion, train_from_scratch
from training.learning.lease import LeasedStore, LeaseHeld, LeaseLost, TrainerLease
from training.learning.symbol_sets.set_evaluation import SetEvaluation, evaluate_champion
from training.learning.symbol_sets.set_trainers import NoPathModel, SetTrainers
from training.learning.trainer import BACK_OFF_LIMIT_SECONDS, BACK_OFF_SECONDS, Trainer
from training.models.artifact import Artifact, BadArtifact, check_artifact
from training.models.card import DIGIT_CLASSES, BadCard
from training.models.registry import Registry, RegistryError, seed_first_models
from training.settings import TrainingSettings
from training.webhook import Webhook

log = logging.getLogger(__name__)

NICENESS = 10  # visitors' predictions go first
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


class TrainCommand(TyperCommand):
    """Lets `--ray` stand without an address."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        given = list(args)
        for at in [at for at, text in enumerate(given) if text == "--ray"][::-1]:
            if at + 1 == len(given) or given[at + 1].startswith("-"):
                given.insert(at + 1, LOCAL)
        return super().parse_args(ctx, given)


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
            help="Decode, augment and make features on a Ray cluster: host:port of its head; without, on a Ray of this "
            "machine. Needs midstroke[ray].",
            metavar="[ADDRESS]",
        ),
    ] = None,
) -> None:
    """Train models on drawings and publish those that pass the gate."""
    keep_freed_memory()
    settings, chosen = _settings(), _families(family)
    start_tracing(settings.trace_address, settings.trace_percent, "trainer")
    ctx.call_on_close(stop_tracing)
    store = _store(settings)
    if watch and ray is not None:
        fail("--ray is for one training, from scratch or with --resume; --watch trains on this machine", USAGE)
    if watch:
        if set_id is not None:
            fail("--watch looks at every set; leave out --set")
        return _watch(store, settings, chosen)
    # With one process the work stays in this one; a cluster's pools take as many tasks as it has cores.
    run = Run(seed=seed, progress=_bar, threads=CORES if ray is None else max(2, CORES))
    if set_id is not None and set_id != DIGITS_ID:
        if drawings or symbols or batches or copies or warm_start or publish_to or ray is not None:
            fail("--set trains on the set's own drawings in the store; see import-drawings --set for files")
        return _train_set(store, settings, set_id, chosen, run)
    target = store if publish_to is None else FolderStore(publish_to)
    try:
        with nullcontext() if ray is None else on_ray(ray, CORES):
            if resume:
                _resume(store, settings, chosen, run)
            else:
                letters = [letter for file in symbols or [] for _, letter in read_symbols(file)]
                gathered = _gather(drawings, store if from_store else None, _shard_cache(settings), run.threads)
                changes = _Changes(batches, copies, warm_start)
                lease = TrainerLease(target, "midstroke train")
                with lease.hold(threading.Event(), wait=False) if target is store else nullcontext():
                    leased = LeasedStore(target, lease) if target is store else target
                    webhook = _webhook(settings) if target is store else Webhook("", "")
                    _train_from_scratch([*gathered, *letters], leased, chosen, changes, run, webhook)
                webhook.close()
    except (StoreError, DrawingError, RegistryError, BadArtifact, LeaseHeld, LeaseLost, NoRay) as error:
        fail(str(error))
    return None


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
    settings = _settings()
    store = _store(settings)
    if set_id is not None and set_id != DIGITS_ID:
        if drawings:
            fail("--set evaluates on the set's own drawings in the store; see import-drawings --set for files")
        return _evaluate_set(store, settings, set_id, _families(family), as_json, figures)
    found: dict[str, Evaluation] = {}
    by_placing: dict[str, dict[str, Evaluation]] = {}
    try:
        validation = [
            d for d in _gather(drawings, store if from_store else None, _shard_cache(settings)) if d.use == "validation"
        ]
        validation = validation or list(reference_drawings("validation"))
        for each in _families(family):
            artifact = _champion(store, each)
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
        drawings = contributed_drawings(part, _set_cache(settings, set_id), CORES, symbols)
        for family in families:
            artifact = _champion(part, family)
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


def _train_set(
    store: ObjectStore, settings: TrainingSettings, set_id: str, families: Sequence[Family], run: Run
) -> None:
    lease = TrainerLease(store, f"midstroke train --set {set_id}")
    webhook = _webhook(settings)
    try:
        symbols = read_set(store, set_id)
        with lease.hold(threading.Event(), wait=False):
            trainers = SetTrainers(
                store, settings.retrain_after, threading.Event(), families, run=run,
                shard_cache=_shard_cache(settings), lease=lease, tell=webhook.tell,
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


def _families(names: Sequence[str] | None) -> list[Family]:
    try:
        return [family_named(name) for name in names] if names else list(FAMILIES)
    except UnknownFamily as error:
        fail(str(error))


def _settings() -> TrainingSettings:
    return read_as(TrainingSettings)


def _store(settings: TrainingSettings) -> ObjectStore:
    return open_store(settings)


def _shard_cache(settings: TrainingSettings) -> Path:
    """The folder for copies of shards from a store that is not a folder."""
    return settings.var / "shards"


def _set_cache(settings: TrainingSettings, set_id: str) -> Path:
    return settings.var / "set-shards" / set_id


def _gather(
    files: Sequence[Path] | None, store: ObjectStore | None, shard_cache: Path, processes: int = CORES
) -> list[LabelledDrawing]:
    """Reads the drawings of the files and of the store."""
    gathered = [drawing for file in files or [] for drawing in read_drawings(file)]
    if store is not None:
        gathered += contributed_drawings(store, shard_cache, processes)
    return gathered


def _watch(store: ObjectStore, settings: TrainingSettings, families: Sequence[Family]) -> None:
    start_log("info", settings.log_format)
    os.nice(NICENESS)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    failures = 0
    webhook = _webhook(settings)
    while not stop.is_set():
        lease = TrainerLease(store, "midstroke train --watch")
        try:
            with lease.hold(stop, wait=True) as is_held:
                failures = 0
                if is_held:
                    _train_while_held(store, settings, stop, families, lease, webhook)
        # The edge of the trainer: store clients raise any exception, and the trainer must outlive them all.
        except Exception as error:
            failures += 1
            delay = min(BACK_OFF_SECONDS * 2 ** (failures - 1), BACK_OFF_LIMIT_SECONDS)
            log.warning("no lease, next try in %g s: %s: %s", delay, type(error).__name__, error)
            stop.wait(delay)
    webhook.close()


def _webhook(settings: TrainingSettings) -> Webhook:
    return Webhook(settings.webhook_url, settings.webhook_secret.get_secret_value())


def _train_while_held(
    store: ObjectStore,
    settings: TrainingSettings,
    stop: threading.Event,
    families: Sequence[Family],
    lease: TrainerLease,
    webhook: Webhook,
) -> None:
    shadow_seconds = settings.shadow_seconds if settings.shadow_percent else 0.0
    trainer = Trainer(
        store, settings.retrain_after, stop, families, run=Run(threads=settings.trainer_threads), seed_store=True,
        shard_cache=_shard_cache(settings), lease=lease, tell=webhook.tell, shadow_seconds=shadow_seconds,
    )  # fmt: skip
    sets = SetTrainers(
        store, settings.retrain_after, stop, families, run=Run(threads=settings.trainer_threads),
        shard_cache=_shard_cache(settings), lease=lease, tell=webhook.tell, shadow_seconds=shadow_seconds,
    )  # fmt: skip
    trainer.run(settings.trainer_poll_seconds, after_poll=sets.poll)
    if not stop.is_set():
        log.warning("the lease is lost; waiting for it again")


def _resume(store: ObjectStore, settings: TrainingSettings, families: Sequence[Family], run: Run) -> None:
    lease = TrainerLease(store, "midstroke train --resume")
    webhook = _webhook(settings)
    with lease.hold(threading.Event(), wait=False):
        seed_first_models(LeasedStore(store, lease))
        trainer = Trainer(
            store,
            settings.retrain_after,
            threading.Event(),
            families,
            run=run,
            shard_cache=_shard_cache(settings),
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
    """What the command line changes in every recipe; None leaves it as it is."""

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
        start = None if changes.warm_start is None else _champion(FolderStore(changes.warm_start), family)
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


def _champion(store: ObjectStore, family: Family) -> Artifact | None:
    registry = Registry(store)
    pointer = registry.champion(family.name)
    return None if pointer is None else registry.load(family.name, pointer.version)


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
        _print_accuracy(name, evaluation)
        for placing, each in by_placing[name].items():
            typer.echo(f"  {placing}: mean {100 * each.mean:.1f} %, finished {100 * each.at(1.0):.1f} %")


def _print_outcome(outcome: Outcome) -> None:
    card = outcome.artifact.card
    _print_accuracy(card.family, outcome.evaluation)
    typer.echo(f"{card.family} {card.version} {'published' if outcome.verdict.accepted else 'refused'}")
    for reason in outcome.verdict.reasons:
        typer.echo(f"  {reason}")


def _print_accuracy(name: str, evaluation: Evaluation) -> None:
    stages = "  ".join(
        f"{100 * ink:.0f}%: {100 * right:.1f}" for ink, right in zip(evaluation.ink, evaluation.accuracy, strict=True)
    )
    typer.echo(f"{name}: mean {100 * evaluation.mean:.1f} % over {evaluation.drawings} drawings\n  {stages}")


def _bar(numbers: Iterable[int]) -> Iterable[int]:
    from tqdm import tqdm  # noqa: PLC0415 - only at a terminal

    return tqdm(numbers, leave=False, mininterval=0.5, disable=None)
