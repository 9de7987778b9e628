"""How the command reads its settings and ends when it can't go on: one clear line, never a traceback."""

from __future__ import annotations

from typing import NoReturn

import typer
from pydantic import ValidationError

from collector.settings import describe_bad_setting
from service.settings import Settings


def fail(message: str) -> NoReturn:
    """Ends the command with exit code 1."""
    typer.echo(f"midstroke: {message}", err=True)
    raise typer.Exit(1)


def read_settings(**given: object) -> Settings:
    """The settings of the environment, but for those given; ends the command when one of them is wrong."""
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic reads and checks them
    except ValidationError as error:
        fail(describe_bad_setting(error))
