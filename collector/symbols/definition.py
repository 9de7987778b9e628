"""Reads and writes a symbol set's definition: TOML that people write, and the JSON that is stored and sent."""

from __future__ import annotations

import json
import tomllib
from typing import Any

from collector.ink.drawing import DrawingError, check_points, parse_strokes, strokes_to_json
from collector.symbols.symbol_set import BadSymbols, ExampleDrawing, SymbolClass, SymbolSet, check_set
from collector.symbols.text import describe

FORMAT = 1
DEFINITION_BYTES_MAX = 2 * 2**20
SIDE_MIN, SIDE_MAX = 20, 2048  # px of an example's canvas
STROKES_MAX, POINTS_MAX = 64, 1024  # of an example
SET_FIELDS = {"format", "id", "name", "retired", "classes"}
CLASS_FIELDS = {"id", "name", "prompt", "example", "retired"}
EXAMPLE_FIELDS = {"width", "height", "strokes"}


def parse_toml(text: bytes) -> SymbolSet:
    """Reads a set from TOML: `id`, `name`, and a table `[[classes]]` for each class.

    Raises:
        BadSymbols: no TOML, or no symbol set.
    """
    _check_size(text)
    try:
        record = tomllib.loads(text.decode())
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError among them
        raise BadSymbols(f"not TOML: {error!s:.200}") from error
    return from_record(record)


def parse_json(text: bytes) -> SymbolSet:
    """Reads the bytes of `to_json`.

    Raises:
        BadSymbols: no JSON, or no symbol set.
    """
    _check_size(text)
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadSymbols(f"not JSON: {error!s:.200}") from error
    return from_record(record)


def from_record(record: Any) -> SymbolSet:
    """The set of a decoded JSON object or TOML document.

    Raises:
        BadSymbols: it is none; the message says what came and what was expected.
    """
    _expect_object("the definition", record, SET_FIELDS)
    form = record.get("format", FORMAT)
    if type(form) is not int or form != FORMAT:
        raise BadSymbols(f"format {form!r:.40}, expected {FORMAT}")
    classes = record.get("classes")
    if not isinstance(classes, list) or len(classes) > DEFINITION_BYTES_MAX:
        raise BadSymbols(f"classes are {describe(classes)}, expected a list")
    return check_set(
        SymbolSet(
            id=record.get("id", ""),
            name=record.get("name", ""),
            classes=tuple(_class(each) for each in classes),
            is_retired=_flag(record, "retired"),
        )
    )


def to_record(symbols: SymbolSet) -> dict[str, Any]:
    """The definition as a JSON object; `from_record` reads it back equal."""
    return {
        "format": FORMAT,
        "id": symbols.id,
        "name": symbols.name,
        **({"retired": True} if symbols.is_retired else {}),
        "classes": [_class_record(each) for each in symbols.classes],
    }


def to_json(symbols: SymbolSet) -> bytes:
    """The definition as it is stored; the same set always gives the same bytes."""
    return json.dumps(to_record(symbols), indent=1, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _check_size(text: bytes) -> None:
    if len(text) > DEFINITION_BYTES_MAX:
        raise BadSymbols(f"{len(text)} bytes, expected at most {DEFINITION_BYTES_MAX}")


def _class(record: Any) -> SymbolClass:
    _expect_object("a class", record, CLASS_FIELDS)
    example = record.get("example")
    name = record.get("name", "")
    return SymbolClass(
        id=record.get("id", ""),
        name=name,
        prompt=record.get("prompt", ""),
        example=None if example is None else _example(example),
        is_retired=_flag(record, "retired"),
    )


def _example(record: Any) -> ExampleDrawing:
    _expect_object("an example", record, EXAMPLE_FIELDS)
    width, height = (_side(record.get(side), side) for side in ("width", "height"))
    strokes = record.get("strokes")
    points = sum(len(each) for each in strokes if isinstance(each, list)) if isinstance(strokes, list) else 0
    if isinstance(strokes, list) and (len(strokes) > STROKES_MAX or points > POINTS_MAX):
        raise BadSymbols(
            f"an example of {len(strokes)} strokes and {points} points, expected at most {STROKES_MAX} and {POINTS_MAX}"
        )
    try:
        parsed = parse_strokes(strokes)
        check_points(parsed, width, height)
    except DrawingError as error:
        raise BadSymbols(f"an example: {error}") from error
    return ExampleDrawing(width, height, parsed)


def _side(value: Any, side: str) -> int:
    if type(value) is not int or not SIDE_MIN <= value <= SIDE_MAX:
        raise BadSymbols(f"an example's {side} is {value!r:.40}, expected a whole number from {SIDE_MIN} to {SIDE_MAX}")
    return value


def _class_record(each: SymbolClass) -> dict[str, Any]:
    record: dict[str, Any] = {"id": each.id, "name": each.name}
    if each.prompt:
        record["prompt"] = each.prompt
    if each.example is not None:
        example = each.example
        strokes = strokes_to_json(example.strokes)
        record["example"] = {"width": example.width, "height": example.height, "strokes": strokes}
    if each.is_retired:
        record["retired"] = True
    return record


def _flag(record: dict[str, Any], name: str) -> bool:
    value = record.get(name, False)
    if not isinstance(value, bool):
        raise BadSymbols(f"{name} is {describe(value)}, expected true or false")
    return value


def _expect_object(what: str, record: Any, fields: set[str]) -> None:
    if not isinstance(record, dict):
        raise BadSymbols(f"{what} is {describe(record)}, expected an object with {', '.join(sorted(fields))}")
    unknown = sorted(str(name) for name in set(record) - fields)
    if unknown:
        raise BadSymbols(f"{what} has the field {describe(unknown[0])}, expected {', '.join(sorted(fields))}")
