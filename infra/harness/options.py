"""Command-line options that several measurements share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Drawings = Annotated[
    list[Path], typer.Option(exists=True, dir_okay=False, help="NDJSON, gzipped or not; repeat for more")
]
Symbols = Annotated[
    list[Path],
    typer.Option(exists=True, dir_okay=False, help="NDJSON with `symbol` in place of `label`; repeat for more"),
]
Models = Annotated[Path, typer.Option(exists=True, file_okay=False, help="folder with a registry, `models/...`")]
Families = Annotated[list[str] | None, typer.Option(help="only this family; repeat for more")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON in place of tables")]
