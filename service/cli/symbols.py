"""`midstroke symbols`: creates, shows, changes and retires the symbol sets of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from collector.settings import open_store
from collector.storage.object_store import ObjectStore, StoreError
from collector.storage.symbol_sets import UnknownSet, read_set, set_ids, write_set
from collector.symbols.definition import parse_json, parse_toml, to_json
from collector.symbols.symbol_set import DIGITS, BadSymbols, SymbolClass, SymbolSet, redefine
from collector.symbols.symbol_set import add_class as with_class
from collector.symbols.symbol_set import rename as renamed
from collector.symbols.symbol_set import retire as retired
from service.cli.errors import fail, read_settings

symbols = typer.Typer(
    help="Create, show and change symbol sets. Running services take over a change within seconds.",
    no_args_is_help=True,
    add_completion=False,
)

SetId = Annotated[str, typer.Argument(metavar="SET", help="Id of the set, as `midstroke symbols list` shows it.")]
ClassId = Annotated[str, typer.Argument(metavar="CLASS", help="Id of the class.")]
File = Annotated[Path, typer.Argument(help="The set's definition, TOML or JSON (.json).", exists=True, dir_okay=False)]


@symbols.command()
def create(file: File) -> None:
    """Create a symbol set from a file."""
    with _store() as store:
        made = _read(file)
        try:
            read_set(store, made.id)
        except UnknownSet:
            write_set(store, made)
        else:
            fail(f"there is a set {made.id} already; `midstroke symbols update` changes it")
        typer.echo(f"{made.id}: created with {len(made.shown)} classes; its page is /s/{made.id}/")


@symbols.command()
def update(file: File) -> None:
    """Change a symbol set to what a file says. Classes that the file leaves out are retired."""
    given = _read(file)
    _change(given.id, lambda before: redefine(before, given))


@symbols.command("list")
def list_sets() -> None:
    """List the symbol sets: id, number of classes and name."""
    with _store() as store:
        _print(DIGITS)
        for set_id in sorted(set_ids(store)):
            try:
                _print(read_set(store, set_id))
            except UnknownSet:
                continue
            except BadSymbols as error:
                typer.echo(f"{set_id:<32}  damaged: {error}")


@symbols.command()
def show(set_id: SetId) -> None:
    """Print a set's definition as JSON, which `create` and `update` read."""
    with _store() as store:
        typer.echo(to_json(read_set(store, set_id)).decode(), nl=False)


@symbols.command("add-class")
def add_class(
    set_id: SetId,
    class_id: ClassId,
    name: Annotated[str, typer.Argument(help="Name, as visitors see it.")],
    prompt: Annotated[str, typer.Option(help="What the page asks for, instead of the name.")] = "",
) -> None:
    """Add a class to a set, or bring a retired one back."""
    _change(set_id, lambda before: with_class(before, SymbolClass(class_id, name, prompt)))


@symbols.command()
def rename(
    set_id: SetId,
    name: Annotated[str, typer.Argument(help="The new name.")],
    class_id: Annotated[str | None, typer.Option("--class", help="Rename this class instead of the set.")] = None,
) -> None:
    """Rename a set or one of its classes. Ids never change."""
    _change(set_id, lambda before: renamed(before, name, class_id))


@symbols.command()
def retire(
    set_id: SetId, class_id: Annotated[str | None, typer.Argument(metavar="[CLASS]", help="Id of the class.")] = None
) -> None:
    """Retire a class, or a whole set, from use. What was drawn stays stored, and places are never given again."""
    _change(set_id, lambda before: retired(before, class_id))


def _change(set_id: str, change: Callable[[SymbolSet], SymbolSet]) -> None:
    with _store() as store:
        before = read_set(store, set_id)
        if before.is_digits:
            fail("digits are the set that ships and can't be changed")
        after = change(before)
        write_set(store, after)
        typer.echo(f"{after.id}: {'retired' if after.is_retired else f'{len(after.shown)} classes'}")


def _print(each: SymbolSet) -> None:
    typer.echo(f"{each.id:<32}  {len(each.shown):>3} classes  {each.name}{'  retired' if each.is_retired else ''}")


def _read(file: Path) -> SymbolSet:
    body = file.read_bytes()
    try:
        return parse_json(body) if file.suffix == ".json" else parse_toml(body)
    except BadSymbols as error:
        fail(f"{file}: {error}")


@contextmanager
def _store() -> Iterator[ObjectStore]:
    try:
        yield open_store(read_settings())
    except (BadSymbols, StoreError) as error:
        fail(str(error))
