"""`midstroke import-drawings`: recorded drawings into the spool, as if contributed on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from collector.contribution.contributor import OPERATOR, key_of_set
from collector.contribution.layout import drawing_key, tombstone_key
from collector.import_drawings import Importer
from collector.settings import contributor_key, open_store
from collector.spool.spool import Spool
from collector.storage.object_store import exists
from collector.storage.symbol_sets import read_set, store_of
from collector.symbols.symbol_set import PLACES_MAX, BadSymbols
from collector.upload.set_uploads import set_spool_file
from service.cli.errors import USAGE, fail, read_settings

app = typer.Typer(add_completion=False)


@app.command()
def import_drawings(
    files: Annotated[
        list[Path],
        typer.Argument(help="NDJSON (also Quick, Draw!'s), Parquet or InkML files.", exists=True, dir_okay=False),
    ],
    limit: Annotated[int | None, typer.Option(help="Maximum number of drawings to read from each file.", min=1)] = None,
    licence: Annotated[
        str | None, typer.Option(help="Licence of the drawings, instead of the one that a drawing names.")
    ] = None,
    set_id: Annotated[
        str, typer.Option("--set", metavar="SET", help="Symbol set that they are of; labels are its class ids.")
    ] = "digits",
    examples: Annotated[
        bool, typer.Option("--examples", help="Give them as the operator's examples, which serve everybody at once.")
    ] = False,
) -> None:
    """Import recorded drawings into the spool, as if contributed on the page. Repeating it does no harm.

    The running service uploads them to the store.
    """
    settings = read_settings()
    whole = open_store(settings)
    try:
        symbols = read_set(whole, set_id)
    except BadSymbols as error:
        fail(str(error))
    if examples and symbols.is_digits:
        fail("--examples is for symbol sets other than digits", USAGE)
    key, store = key_of_set(contributor_key(settings), symbols.id), store_of(whole, symbols.id)
    labels = len(symbols.classes) if symbols.is_digits else PLACES_MAX
    opened = Spool(set_spool_file(settings.var, symbols.id), settings.spool_bytes, labels)

    def is_known(drawing: str) -> bool:
        return exists(store, drawing_key(drawing)) or exists(store, tombstone_key(drawing))

    importer = Importer(opened, key, symbols, licence, OPERATOR if examples else None, is_known)
    read = skipped = 0
    for file in files:
        done = importer.import_file(file, limit)
        read, skipped = read + done.accepted + done.duplicates, skipped + done.skipped
        typer.echo(f"{file}: {done.accepted} new, {done.duplicates} already known, {done.skipped} skipped")
    typer.echo(f"{opened.uploads.backlog().drawings} wait for upload")
    opened.close()
    if skipped and not read:
        fail(f"none of {skipped:,} drawings could be imported; the log above has the reasons")
