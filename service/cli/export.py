"""`midstroke export`: the store's drawings as files for other programs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from collector.exchange.export import Exported, kind_of
from collector.exchange.export import export as write_export
from collector.exchange.export import refresh as refresh_export
from collector.exchange.export_folder import NoExport
from collector.exchange.exported_drawing import BadSelection, parse_selection
from collector.exchange.parquet import NoParquet
from collector.exchange.withdraw import NoList, refresh_from
from collector.settings import open_store
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import read_set, store_of
from collector.symbols.symbol_set import DIGITS_ID, BadSymbols, SymbolSet
from service.cli.errors import USAGE, fail, read_settings

app = typer.Typer(add_completion=False)

FORMATS = ("ndjson", "parquet", "npz", "inkml")


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="New or empty folder; with --refresh, one of an earlier export.")],
    set_id: Annotated[
        str | None, typer.Option("--set", help="Symbol set, as `midstroke symbols list` shows it. [digits]")
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="ndjson, parquet, npz (pictures of ten stages) or inkml. [ndjson]")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Only drawings received since this date or time, UTC.")] = None,
    label: Annotated[list[str] | None, typer.Option(help="Only this class; can be repeated.")] = None,
    verdict: Annotated[
        list[str] | None, typer.Option(help="accepted or filtered, by the label filter; can be repeated. [both]")
    ] = None,
    pointer: Annotated[list[str] | None, typer.Option(help="pen, mouse, touch or unknown; can be repeated.")] = None,
    refresh: Annotated[
        bool, typer.Option(help="Bring an export up to date: remove withdrawn drawings, add new ones.")
    ] = False,
    service: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="ADDRESS",
            help="With --refresh, without the store: only remove what the service at this address has withdrawn.",
        ),
    ] = None,
) -> None:
    """Export the store's drawings to a folder, split by contributor, with a Croissant description.

    The same store gives the same bytes. Hidden and deleted drawings are left out and listed in withdrawn.txt.
    """
    given = {"--set": set_id, "--format": form, "--since": since, "--label": label, "--verdict": verdict}
    if refresh and (named := [name for name, value in (given | {"--pointer": pointer}).items() if value]):
        fail(f"{named[0]} with --refresh, expected --refresh alone: an export keeps its format and filters", USAGE)
    if service is not None and not refresh:
        fail("--from without --refresh, expected both: it names whose withdrawn drawings are removed", USAGE)
    if form is not None and form not in FORMATS:
        fail(f"format {form!r:.40}, expected {', '.join(FORMATS)}", USAGE)

    try:
        with _stopped_by_sigterm():
            if service is not None:
                return _print(folder, refresh_from(folder, service))
            if refresh:
                store, symbols = _open(kind_of(folder).set_id)
                return _print(folder, refresh_export(store, symbols, folder))
            store, symbols = _open(set_id)
            selection = parse_selection(symbols, since, label or (), verdict or (), pointer or ())
            return _print(folder, write_export(store, symbols, folder, form or "ndjson", selection))  # type: ignore[arg-type]  # checked above
    except BadSelection as error:
        fail(str(error), USAGE)
    except (NoExport, NoList, NoParquet, StoreError, OSError) as error:
        fail(str(error))


@contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """A stopped export removes what it has begun, as one that fails does."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _open(set_id: str | None) -> tuple[ObjectStore, SymbolSet]:
    """The set's part of the store, and the set."""
    whole = open_store(read_settings())
    try:
        symbols = read_set(whole, set_id or DIGITS_ID)
        return store_of(whole, symbols.id), symbols
    except BadSymbols as error:
        fail(str(error), USAGE)


def _print(folder: Path, done: Exported) -> None:
    drawings = done.drawings
    total = sum(drawings.values())
    before = "" if done.before is None else f", {done.before} before"
    split = f"{drawings['train']} train, {drawings['validation']} validation"
    typer.echo(f"{folder}: {total} drawings ({split}){before}; {done.withdrawn} withdrawn ids")
