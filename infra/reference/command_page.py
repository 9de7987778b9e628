"""The reference page of the `midstroke` command, from the command itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from infra.reference.markdown import cell, table

HEAD = """\
# Command line

Made from the code when this site is built. `make run` puts the command at `.venv/bin/midstroke`.
"""

ROOT = Path(__file__).parents[2]
Command = Any  # Typer brings a click of its own, whose classes it doesn't export


def command_page(app: typer.Typer, name: str = "midstroke") -> str:
    """The page as Markdown: every command with its arguments and options."""
    return HEAD + "".join(_section(path, command) for path, command in _commands(typer.main.get_command(app), name))


def _commands(command: Command, path: str) -> Iterator[tuple[str, Command]]:
    under = getattr(command, "commands", None)
    if under is None:
        yield path, command
    else:
        for name, one in under.items():
            yield from _commands(one, f"{path} {name}")


def _section(path: str, command: Command) -> str:
    context = command.context_class(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)]).replace("{", "").replace("}", "")
    rows = ((f"`{names}`", cell(words)) for names, words in _records(command, context))
    head = f"\n## `{path}`\n\n{_paragraphs(command.help or '')}\n\n```\n{usage}\n```\n"
    return head + table(("argument or option", "meaning"), rows)


def _records(command: Command, context: Any) -> Iterator[tuple[str, str]]:
    return (_record(param, context) for param in command.params if not getattr(param, "hidden", False))


def _record(param: Any, context: Any) -> tuple[str, str]:
    names, words = param.get_help_record(context) or (param.make_metavar(context), getattr(param, "help", None) or "")
    return names.replace("|", ", "), words.replace(f"{ROOT}/", "")


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split()) for part in text.replace("\b", "").split("\n\n")).replace("<", "&lt;")
