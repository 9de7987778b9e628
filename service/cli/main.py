"""The `midstroke` command. Only the command line builds settings; heavy modules are imported by the commands."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from collector.log_format import start_log
from collector.tracing import check_tracing
from service.cli.errors import USAGE, Command, fail, fail_for, read_as, read_settings
from service.cli.late import LateCommands
from service.network.log_filter import leave_out_client_faults
from service.settings import Settings


class Commands(LateCommands):
    """All commands; those below are imported when they are asked for."""

    late: ClassVar = {
        "train": "service.cli.train:app",
        "evaluate": "service.cli.evaluate:app",
        "baselines": "service.cli.baselines:app",
        "export": "service.cli.export:app",
        "make-drawings": "service.cli.make_drawings:app",
        "retire-samples": "service.cli.retire_samples:app",
        "models": "service.cli.models:models",
        "moderate": "service.cli.moderate:moderate",
        "spool": "service.cli.spool:spool",
        "symbols": "service.cli.symbols:symbols",
    }


app = Command(
    cls=Commands,
    name="midstroke",
    help="Reads a handwritten digit while it is still being drawn, and learns from contributed drawings.",
    epilog="Settings are environment variables, such as MIDSTROKE_PORT; `midstroke settings` lists them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [MIDSTROKE_HOST, 127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for any. [MIDSTROKE_PORT, 8000]")] = None,
) -> None:
    """Serve the page, the websocket and the HTTP API until stopped."""
    given = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = read_settings(**given)
    check_tracing(settings.trace_address)
    from service.network.listener import CannotListen, bind_apart  # noqa: PLC0415

    try:
        listeners = bind_apart(settings.host, settings.port, settings.workers)
    except CannotListen as error:
        fail(str(error))
    _start_log(settings)
    if settings.workers == 1:
        return _serve_one(settings, listeners[0])
    from service.metrics.shared import share_memory  # noqa: PLC0415
    from service.workers import NoSeveralProcesses, run_workers  # noqa: PLC0415

    counters = share_memory(settings.workers)
    try:
        raise typer.Exit(
            run_workers(settings.workers, lambda number: _serve_one(settings, listeners[number], counters, number))
        )
    except NoSeveralProcesses as error:
        fail(str(error))


def _serve_one(
    settings: Settings, listener: socket.socket, counters: Sequence[memoryview] | None = None, worker: int = 0
) -> None:
    # Imported late: a service that can't run should fail before loading its libraries.
    from service.server import serve as run_service  # noqa: PLC0415

    try:
        run_service(settings, listener, counters, worker)
    except Exception as error:
        fail_for(error)  # here, for a forked worker has no command around it


@app.command("import-drawings")
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
    from collector.contribution.contributor import OPERATOR, key_of_set  # noqa: PLC0415
    from collector.contribution.layout import drawing_key, tombstone_key  # noqa: PLC0415
    from collector.import_drawings import Importer  # noqa: PLC0415
    from collector.settings import contributor_key, open_store  # noqa: PLC0415
    from collector.spool.spool import Spool  # noqa: PLC0415
    from collector.storage.object_store import exists  # noqa: PLC0415
    from collector.storage.symbol_sets import read_set, store_of  # noqa: PLC0415
    from collector.symbols.symbol_set import PLACES_MAX, BadSymbols  # noqa: PLC0415
    from collector.upload.set_uploads import set_spool_file  # noqa: PLC0415

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


@app.command("settings")
def show_settings() -> None:
    """List every setting: environment variable, current value and description."""
    from training.settings import TrainingSettings  # noqa: PLC0415

    fields = {**Settings.model_fields, **TrainingSettings.model_fields}
    current = {**read_as(TrainingSettings).model_dump(), **read_settings().model_dump()}
    for name, field in fields.items():
        # A secret's own text is asterisks.
        typer.echo(f"MIDSTROKE_{name.upper()}={'' if current[name] is None else current[name]}")
        typer.echo(f"    {field.description}")


def _start_log(settings: Settings) -> None:
    start_log(settings.log_level, settings.log_format)
    leave_out_client_faults(logging.getLogger("uvicorn.error"))
