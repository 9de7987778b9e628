"""`midstroke make-drawings`: generates any number of drawings to measure with."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Annotated

import typer

from collector.ink.drawing import DrawingError
from service.cli.errors import fail
from training.data.drawing_files import read_drawings
from training.data.generated.made_drawings import made_drawings
from training.data.generated.reference import reference_drawings

app = typer.Typer(add_completion=False)


@app.command()
def make_drawings(
    count: Annotated[int, typer.Argument(help="Number of drawings.", min=1, max=100_000_000)],
    out: Annotated[Path, typer.Option(help="NDJSON file to write, gzipped if its name ends in .gz.", dir_okay=False)],
    drawings: Annotated[
        Path | None,
        typer.Option(help="NDJSON file of the drawings to vary. [reference drawings]", exists=True, dir_okay=False),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of every random choice.", min=0, max=2**32 - 1)] = 1,
) -> None:
    """Make drawings by varying others, for loads and trials of size; `import-drawings` and `train` read them."""
    try:
        originals = list(read_drawings(drawings)) if drawings else reference_drawings("replay")
    except DrawingError as error:
        fail(str(error))
    if not originals:
        fail(f"{drawings} has no labelled drawings to vary")
    # Level 1: a million drawings take a third of the time, for a tenth more bytes.
    with gzip.open(out, "wt", compresslevel=1) if out.suffix == ".gz" else out.open("w") as file:
        for line in made_drawings(count, originals, seed):
            file.write(f"{line}\n")
    typer.echo(f"{count} drawings in {out}")
