"""`midstroke spool`: the drawings in quarantine, and how they get back into the queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.errors import fail, read_settings
from service.paths import spool_file

if TYPE_CHECKING:
    from collector.spool.spool import Spool

spool = typer.Typer(help="List and retry drawings in quarantine.", no_args_is_help=True)


@spool.command("list")
def list_quarantined() -> None:
    """List the drawings in quarantine: id, since when, label and reason."""
    with _spool() as opened:
        for quarantined in opened.quarantined():
            since = f"{quarantined.since:%Y-%m-%d %H:%M:%S}"
            typer.echo(f"{quarantined.id}  {since}  label {quarantined.label}  {quarantined.reason}")
        typer.echo(f"{opened.count_quarantined()[0]} in quarantine, {opened.queue_before()[0]} wait for upload")


@spool.command()
def retry(
    drawings: Annotated[list[str] | None, typer.Argument(help="Ids as listed; without any, all.")] = None,
) -> None:
    """Put quarantined drawings back into the queue; a running service uploads them within seconds."""
    with _spool() as opened:
        if not drawings:
            typer.echo(f"{opened.release()} put back into the queue")
        for drawing in drawings or []:
            if not opened.release(drawing):
                fail(f"no drawing {drawing} is in quarantine (midstroke spool list)")
            typer.echo(f"{drawing} put back into the queue")


@contextmanager
def _spool() -> Iterator[Spool]:
    settings = read_settings()
    from collector.spool.spool import Spool  # noqa: PLC0415 - only for these commands

    file = spool_file(settings.var)
    if not file.exists():
        fail(f"there is no spool at {file}; MIDSTROKE_VAR names its folder")
    opened = Spool(file, settings.spool_bytes)
    try:
        yield opened
    finally:
        opened.close()
