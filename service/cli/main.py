"""The `midstroke` command. Only the command line builds settings; heavy modules are imported by the commands."""

from __future__ import annotations

import logging
import socket
from collections.abc import Sequence
from typing import Annotated, ClassVar

import typer

from collector.log_format import start_log
from collector.tracing import check_tracing
from service.cli.errors import Command, fail, fail_for, read_as, read_settings
from service.cli.late import LateCommands
from service.network.log_filter import leave_out_client_faults
from service.settings import Settings


class Commands(LateCommands):
    """All commands; those below are imported when they are asked for."""

    late: ClassVar = {
        "import-drawings": "service.cli.import_drawings:app",
        "train": "service.cli.training.train:app",
        "evaluate": "service.cli.training.evaluate:app",
        "baselines": "service.cli.training.baselines:app",
        "export": "service.cli.export:app",
        "make-drawings": "service.cli.make_drawings:app",
        "retire-samples": "service.cli.training.retire_samples:app",
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
