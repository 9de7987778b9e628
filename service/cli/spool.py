"""`midstroke spool`: uploads what waits, lists the drawings in quarantine, and puts them back into the queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from collector.settings import contributor_key, open_store
from collector.spool.spool import Spool
from collector.symbols.symbol_set import PLACES_MAX
from collector.symbols.text import ID
from collector.upload.draining import drain as drain_spools
from collector.upload.set_uploads import set_spool_file
from service.cli.errors import USAGE, fail, read_settings

SetId = Annotated[str, typer.Option("--set", metavar="SET", help="Symbol set whose spool it is.")]

spool = typer.Typer(
    help="Upload what waits in the spool; list and retry drawings in quarantine.",
    no_args_is_help=True,
    add_completion=False,
)


@spool.command("list")
def list_quarantined(set_id: SetId = "digits") -> None:
    """List the drawings in quarantine: id, since when, label and reason."""
    with _spool(set_id) as opened:
        for quarantined in opened.uploads.quarantined():
            since = f"{quarantined.since:%Y-%m-%d %H:%M:%S}"
            typer.echo(f"{quarantined.id}  {since}  label {quarantined.label}  {quarantined.reason}")
        quarantined_count, waiting = opened.uploads.count_quarantined()[0], opened.uploads.queued()[0]
        typer.echo(f"{quarantined_count} in quarantine, {waiting} wait for upload")


@spool.command()
def retry(
    drawings: Annotated[list[str] | None, typer.Argument(help="Ids as listed; without any, all.")] = None,
    set_id: SetId = "digits",
) -> None:
    """Put quarantined drawings back into the queue; a running service uploads them within seconds."""
    with _spool(set_id) as opened:
        if not drawings:
            typer.echo(f"{opened.uploads.release()} put back into the queue")
        for drawing in drawings or []:
            if not opened.uploads.release(drawing):
                fail(f"no drawing {drawing} is in quarantine (midstroke spool list)")
            typer.echo(f"{drawing} put back into the queue")


@spool.command()
def drain(seconds: Annotated[float, typer.Option(help="Time limit.", min=0, max=86_400)] = 60.0) -> None:
    """Upload everything that waits, beside a running service or after its end; fails if something is left."""
    settings = read_settings()

    left = drain_spools(settings.var, open_store(settings), contributor_key(settings), seconds)
    if left:
        fail(f"{left}; keep {settings.var} and try again")
    typer.echo("everything is in the store")


@contextmanager
def _spool(set_id: str) -> Iterator[Spool]:
    settings = read_settings()
    if not ID.fullmatch(set_id):
        fail(f"{set_id!r:.40} is not the id of a symbol set", USAGE)

    file = set_spool_file(settings.var, set_id)
    if not file.exists():
        fail(f"there is no spool at {file}; MIDSTROKE_VAR names its folder")
    opened = Spool(file, settings.spool_bytes, labels=PLACES_MAX)
    try:
        yield opened
    finally:
        opened.close()
