"""A symbol set: the classes that one recogniser tells apart, with their ids, names and prompts. No I/O."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from collector.ink.drawing import Stroke
from collector.symbols.text import BadText, check_id, check_text, describe

CLASSES_MIN, CLASSES_MAX = 2, 200  # that can be drawn
PLACES_MAX = 250  # with the retired ones; places are stored in 8 bits
NAME_MAX = 60  # characters
PROMPT_MAX = 120


class BadSymbols(ValueError):
    """The definition is no symbol set; the message says what came and what was expected."""


class UnknownClass(BadSymbols):
    """The set has no class of this id."""


@dataclass(frozen=True, slots=True)
class ExampleDrawing:
    """An example of a class; `width` and `height` of its canvas in px."""

    width: int
    height: int
    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class SymbolClass:
    """One class. The id never changes; a retired class keeps its place and its drawings, and is asked for no more."""

    id: str
    name: str
    prompt: str = ""  # what the page asks for; the name where it is empty
    example: ExampleDrawing | None = None
    is_retired: bool = False

    @property
    def asked_as(self) -> str:
        return self.prompt or self.name


@dataclass(frozen=True)
class SymbolSet:
    """A set's classes in the order of their places.

    A class's place is its index in `classes`. Classes are added at the end and never removed, so that a place means
    the same class for ever: drawings, shards and memories name classes by place, files and messages by id.
    """

    id: str
    name: str
    classes: tuple[SymbolClass, ...] = field(repr=False)
    is_retired: bool = False

    @property
    def is_digits(self) -> bool:
        return self.id == DIGITS_ID

    @functools.cached_property
    def shown(self) -> tuple[int, ...]:
        """The places of the classes that can be drawn, which is the order of `welcome.classes` and `probabilities`."""
        return tuple(place for place, each in enumerate(self.classes) if not each.is_retired)

    @functools.cached_property
    def places(self) -> dict[str, int]:
        """Each class's place by its id."""
        return {each.id: place for place, each in enumerate(self.classes)}

    def place_of(self, class_id: str) -> int:
        """Raises:
        UnknownClass: the set has no such class.
        """
        place = self.places.get(class_id)
        if place is None:
            raise UnknownClass(f"set {self.id} has no class {describe(class_id)}")
        return place


DIGITS_ID = "digits"
DIGITS = SymbolSet(DIGITS_ID, "Digits", tuple(SymbolClass(str(digit), str(digit)) for digit in range(10)))


def check_set(symbols: SymbolSet) -> SymbolSet:
    """The set with its texts in their composed form.

    Raises:
        BadSymbols: an id, name, prompt or number of classes is wrong, or two classes can't be distinguished.
    """
    try:
        checked = replace(
            symbols,
            id=check_id("the set's id", symbols.id),
            name=check_text("the set's name", symbols.name, NAME_MAX),
            classes=tuple(_check_class(each) for each in symbols.classes),
        )
    except BadText as error:
        raise BadSymbols(str(error)) from error
    if checked.is_digits:
        raise BadSymbols(f"the id {DIGITS_ID} is that of the set that ships")
    if not CLASSES_MIN <= len(checked.shown) <= CLASSES_MAX:
        raise BadSymbols(f"{len(checked.shown)} classes, expected {CLASSES_MIN} to {CLASSES_MAX}")
    if len(checked.classes) > PLACES_MAX:
        raise BadSymbols(f"{len(checked.classes)} classes with the retired ones, expected at most {PLACES_MAX}")
    _expect_unique("ids", [each.id for each in checked.classes])
    _expect_unique("names", [checked.classes[place].name for place in checked.shown])
    return checked


def add_class(symbols: SymbolSet, added: SymbolClass) -> SymbolSet:
    """The set with one more class, or with a retired one of the same id back in use.

    Raises:
        BadSymbols: the class is in use already, or the set would break its limits.
    """
    place = symbols.places.get(added.id)
    if place is None:
        return check_set(replace(symbols, classes=(*symbols.classes, added)))
    if not symbols.classes[place].is_retired:
        raise BadSymbols(f"set {symbols.id} has a class {added.id} already")
    return _with_class(symbols, place, added)


def rename(symbols: SymbolSet, name: str, class_id: str | None = None) -> SymbolSet:
    """The set, or one of its classes, under another name.

    Raises:
        BadSymbols: no such class, or the name is wrong or taken.
    """
    if class_id is None:
        return check_set(replace(symbols, name=name))
    place = symbols.place_of(class_id)
    return _with_class(symbols, place, replace(symbols.classes[place], name=name))


def retire(symbols: SymbolSet, class_id: str | None = None) -> SymbolSet:
    """The set without one of its classes, or the set itself out of use. Nothing that was drawn is lost.

    Raises:
        BadSymbols: no such class, or fewer than two would remain.
    """
    if class_id is None:
        return replace(symbols, is_retired=True)
    place = symbols.place_of(class_id)
    return _with_class(symbols, place, replace(symbols.classes[place], is_retired=True))


def redefine(before: SymbolSet, after: SymbolSet) -> SymbolSet:
    """`after` with every class at the place that it has in `before`; classes that it leaves out are retired.

    Raises:
        BadSymbols: `after` is another set, or the outcome breaks a set's limits.
    """
    if before.id != after.id:
        raise BadSymbols(f"set {after.id} can't replace set {before.id}")
    given = {each.id: each for each in after.classes}
    kept = [given.pop(each.id, replace(each, is_retired=True)) for each in before.classes]
    return check_set(replace(after, classes=(*kept, *given.values())))


def _with_class(symbols: SymbolSet, place: int, changed: SymbolClass) -> SymbolSet:
    classes = (*symbols.classes[:place], changed, *symbols.classes[place + 1 :])
    return check_set(replace(symbols, classes=classes))


def _check_class(each: SymbolClass) -> SymbolClass:
    class_id = check_id("a class's id", each.id)
    name = check_text(f"the name of class {class_id}", each.name, NAME_MAX)
    prompt = each.prompt and check_text(f"the prompt of class {class_id}", each.prompt, PROMPT_MAX)
    return replace(each, name=name, prompt=prompt)


def _expect_unique(what: str, values: Sequence[str]) -> None:
    value, count = Counter(values).most_common(1)[0]
    if count > 1:
        raise BadSymbols(f"{count} classes have the same {what[:-1]} {describe(value)}, expected different {what}")
