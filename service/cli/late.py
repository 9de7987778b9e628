"""Commands whose modules are imported when they are asked for.

A service needs none of the libraries of a training: they took a third of its memory and of the time of its start.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, MutableMapping
from typing import Any, ClassVar

from typer import Typer
from typer.core import TyperGroup
from typer.main import get_command


class LateCommands(TyperGroup):
    """A group of commands; a subclass names those that are imported late, after those of the application itself."""

    late: ClassVar[dict[str, str]] = {}  # by the command's name: "module:application"

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.commands = _Commands(dict(self.commands), self.late)


class _Commands(MutableMapping[str, Any]):
    """Commands by name; typer's own type of a command is private."""

    def __init__(self, known: dict[str, Any], late: dict[str, str]) -> None:
        self._known = known
        self._late = late

    def __getitem__(self, name: str) -> Any:
        if name not in self._known:
            module, _, application = self._late[name].partition(":")
            self._known[name] = command = get_command(_application(module, application))
            command.name = name
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._known, **self._late})

    def __len__(self) -> int:
        return len({**self._known, **self._late})

    def __setitem__(self, name: str, command: Any) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]


def _application(module: str, name: str) -> Typer:
    application = getattr(importlib.import_module(module), name)
    assert isinstance(application, Typer)  # noqa: S101 - the table names nothing else
    return application
