"""Ends the command with one clear line instead of a traceback: exit code 2 for usage, 1 for a state that forbids it."""

from __future__ import annotations

import sqlite3
import zlib
from typing import Any, NoReturn, TypeVar

import typer
from pydantic import ValidationError

from collector.settings import StoreSettings, UnknownStore, describe_bad_setting
from service.settings import Settings

USAGE, STATE = 2, 1
OURS = {"collector", "service", "training"}
FROM_OUTSIDE = (OSError, EOFError, UnicodeError, MemoryError, sqlite3.Error, zlib.error)

SomeSettings = TypeVar("SomeSettings", bound=StoreSettings)


class Command(typer.Typer):
    """A command whose expected errors are one line each; an unexpected one is a bug and keeps its traceback."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:
            if not is_expected(error):
                raise
            _print(error)
            raise SystemExit(USAGE if isinstance(error, ValidationError | UnknownStore) else STATE) from error


def is_expected(error: Exception) -> bool:
    """True for errors of our own and of files, disk and memory."""
    return isinstance(error, (ValidationError, *FROM_OUTSIDE)) or type(error).__module__.split(".")[0] in OURS


def fail(message: str, code: int = STATE) -> NoReturn:
    """Ends the command."""
    typer.echo(f"midstroke: {' '.join(message.split())}", err=True)
    raise typer.Exit(code)


def fail_for(error: Exception) -> NoReturn:
    """Ends the command for an expected error.

    Raises:
        Exception: the error itself, when it is none of the expected ones.
    """
    if not is_expected(error):
        raise error
    fail(_line(error), USAGE if isinstance(error, ValidationError | UnknownStore) else STATE)


def read_settings(**given: object) -> Settings:
    """The settings of the environment, except those given; ends the command if one is invalid."""
    return read_as(Settings, **given)


def read_as(kind: type[SomeSettings], **given: object) -> SomeSettings:
    """The settings of one kind, as `read_settings`."""
    try:
        return kind(**given)  # type: ignore[arg-type]  # pydantic reads and checks them
    except ValidationError as error:
        fail(describe_bad_setting(error), USAGE)


def _line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return describe_bad_setting(error)
    return str(error) or type(error).__name__


def _print(error: Exception) -> None:
    typer.echo(f"midstroke: {' '.join(_line(error).split())}", err=True)
