"""`midstroke baselines`: the project's ancestors, run again beside what it does now. Light until it runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from collector.ink.drawing import DrawingError
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import StoreError
from service.cli.errors import fail
from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings
from training.models.card_json import BadCard
from training.models.registry import RegistryError
from training.models.shipped import FIRST_MODELS

if TYPE_CHECKING:
    from training.baselines.comparison import AncestorComparison, ProgressDisplay
    from training.baselines.record import Record

app = typer.Typer(add_completion=False)

LEARNED_FROM = 3_000  # drawings, at ten stages each: the whole command in minutes on two cores
PIPE_WIDTH = 140  # columns
RECORDS = "baselines.json"


class Unreadable(ValueError):
    """An input of the comparison can't be read."""


@app.command()
def baselines(
    drawings: Annotated[
        list[Path] | None,
        typer.Option("--drawings", help="NDJSON file, plain or .gz; can be repeated.", exists=True, dir_okay=False),
    ] = None,
    mnist: Annotated[
        Path | None, typer.Option(help="MNIST: an .npz, or a folder of its four idx files.", exists=True)
    ] = None,
    models: Annotated[
        Path, typer.Option(help="Folder of the families to compare with, in the store's layout.", file_okay=False)
    ] = FIRST_MODELS,
    learn_from: Annotated[int, typer.Option(help="Maximum number of drawings to train on.", min=10)] = (LEARNED_FROM),
    out: Annotated[
        Path | None, typer.Option(help="Folder for baselines.json and SVG figures.", file_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Reproduce published baselines and compare them with Midstroke's models."""
    try:
        comparison = _compare(drawings or [], mnist, models, learn_from)
    except (Unreadable, OSError, DrawingError, StoreError, RegistryError, BadCard) as error:
        fail(str(error))
    from training.baselines.record import to_json  # noqa: PLC0415

    if out is not None:
        _write(comparison, out)
    if as_json:
        typer.echo(to_json(comparison.records), nl=False)
    else:
        _print(comparison.records, drawings_given=bool(drawings))


def _compare(files: Sequence[Path], mnist: Path | None, models: Path, learn_from: int) -> AncestorComparison:
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415 - it ships no types

    from training.baselines.comparison import compare, family_records, frame_ours  # noqa: PLC0415
    from training.baselines.mnist import BadMnist, read_mnist  # noqa: PLC0415

    display = _display()
    try:
        images = None if mnist is None else read_mnist(mnist)
    except BadMnist as error:
        raise Unreadable(str(error)) from error
    read = [drawing for file in files for drawing in read_drawings(file)]
    if read:
        _expect_both_uses(read)
    # One thread: as quick as two where cores are shared, and the same sums on every machine.
    with threadpool_limits(limits=1):
        ours = frame_ours(read, learn_from, display) if read else None
        return compare(images, ours, family_records(FolderStore(models)), display)


def _expect_both_uses(drawings: Sequence[LabelledDrawing]) -> None:
    """Writers are split by their names; a few writers may all fall on one side."""
    validation = sum(drawing.use == "validation" for drawing in drawings)
    if validation in (0, len(drawings)):
        raise Unreadable(
            f"{validation} of {len(drawings)} drawings are validation drawings, expected some and not all: more writers"
        )


def _display() -> ProgressDisplay:
    from rich.progress import track  # noqa: PLC0415

    from training.baselines.comparison import ProgressDisplay  # noqa: PLC0415

    console = Console(stderr=True)
    began = time.monotonic()

    def say(line: str) -> None:
        console.print(f"{time.monotonic() - began:6.1f} s  {line}", highlight=False, markup=False)

    def bar(numbers: Iterable[int]) -> Iterable[int]:
        return track(numbers, description="", console=console, transient=True, disable=not console.is_terminal)

    return ProgressDisplay(say, bar)


def _write(comparison: AncestorComparison, folder: Path) -> None:
    from training.baselines.figures import draw_figures  # noqa: PLC0415
    from training.baselines.record import to_json  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    for name, body in draw_figures(comparison).items():
        (folder / name).write_bytes(body)
    (folder / RECORDS).write_text(to_json(comparison.records))


def _print(records: Sequence[Record], drawings_given: bool) -> None:
    table = Table(
        box=box.SIMPLE_HEAD, title="% right: by the sources' own tests, and on our drawings by unseen writers"
    )
    for heading in ("name", "source", "trained on"):
        table.add_column(heading)
    for heading in ("claimed", "came out", "half ink", "full ink", "mean"):
        table.add_column(heading, justify="right")
    for record in records:
        source = record.source if record.year is None else f"{record.source}, {record.year}"
        shares = (record.claimed, record.came_out, record.at_50, record.at_100, record.mean)
        table.add_row(record.name, source, record.trained_on, *(_percent(share) for share in shares))
    # Into a file or a pipe, rows are kept whole.
    console = Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)
    console.print(table)
    for record in records:
        if record.note.startswith("left out"):
            console.print(f"{record.name}: {record.note} (--mnist)", highlight=False, markup=False)
    if not drawings_given:
        console.print("Nothing was judged on drawings: none were given (--drawings)", highlight=False, markup=False)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"
