"""A recorded drawing as files describe it, checked field by field; every format ends here. No I/O."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.contribution.contribution import POINTERS, POINTS_MAX, STROKES_MAX, Pointer
from collector.contribution.contributor import Use
from collector.contribution.layout import is_drawing_id
from collector.ink.drawing import (
    Drawing,
    DrawingError,
    Stroke,
    check_points,
    describe,
    parse_strokes,
    text_field,
)
from collector.ink.snapshot import MAX_CANVAS_SIDE
from collector.storage.stored_drawing import MIN_PEN_WIDTH
from collector.symbols.symbol_set import SymbolSet

DIGIT_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True, slots=True)
class Frame:
    """The canvas that a drawing was made on, px."""

    width: int
    height: int
    pen_width: float


@dataclass(frozen=True, slots=True)
class RecordedDrawing:
    """A labelled drawing of a file. Without a `frame` its units are unknown, and it is fitted onto the page's canvas.

    `kept_id` is the id that an export of Midstroke gave it, and `use` the side of the split that it was on.
    """

    drawing: Drawing
    frame: Frame | None = None
    kept_id: str | None = None
    use: Use | None = None
    pointer: Pointer = "unknown"
    confirmed: bool = False
    prompt_probability: float | None = None  # with which a page asked for this label
    licence: str | None = None


def recorded_drawing(record: Mapping[str, Any], symbols: SymbolSet) -> RecordedDrawing:
    """Reads a record of any of these kinds.

    - Midstroke's own lines: `id`, `label`, `writer`, `source`, `strokes` as points;
    - Quick, Draw!: `key_id`, `word`, `drawing` as columns;
    - an export of Midstroke: as Quick, Draw!, with the fields of `collector.exchange.exported_drawing`.

    Raises:
        DrawingError: a field is missing or malformed, or the set has no such class.
    """
    strokes = _strokes(record)
    points = sum(len(stroke.points) for stroke in strokes)
    if len(strokes) > STROKES_MAX or points > POINTS_MAX:
        raise DrawingError(f"{len(strokes)} strokes of {points} points, at most {STROKES_MAX} of {POINTS_MAX}")
    named = text_field(record, "set")
    if named not in ("", symbols.id):
        raise DrawingError(f"a drawing of set {describe(named)}, expected {symbols.id}")
    name = text_field(record, "id") or text_field(record, "key_id")
    if not name:
        raise DrawingError("a drawing without label or id, expected both")
    drawing = Drawing(
        id=name,
        strokes=strokes,
        label=_label(record, symbols),
        writer=text_field(record, "writer") or text_field(record, "contributor"),
        source=text_field(record, "source") or ("quickdraw" if "drawing" in record else ""),
    )
    frame = _frame(record, strokes)
    return RecordedDrawing(
        drawing=drawing,
        frame=frame,
        kept_id=name if frame is not None and is_drawing_id(name) else None,
        use=_use(record),
        pointer=_pointer(record),
        confirmed=record.get("confirmed") is True,
        prompt_probability=_probability(record.get("prompt_probability")),
        licence=text_field(record, "licence") or None,
    )


def _strokes(record: Mapping[str, Any]) -> tuple[Stroke, ...]:
    if "drawing" not in record:
        return parse_strokes(record.get("strokes"))
    columns = record["drawing"]
    if not isinstance(columns, list):
        raise DrawingError(f"drawing is {describe(columns)}, expected a list of strokes")
    return parse_strokes([points_of_columns(stroke) for stroke in columns])


def points_of_columns(columns: Any) -> list[list[Any]]:
    """The points of a stroke from `[[x, ...], [y, ...]]` or `[[x, ...], [y, ...], [t_ms, ...]]`.

    Raises:
        DrawingError: it has another form, or columns of different lengths.
    """
    if not (isinstance(columns, list) and len(columns) in (2, 3) and all(isinstance(each, list) for each in columns)):
        raise DrawingError(f"a stroke is {describe(columns)}, expected [[x, ...], [y, ...], [t, ...]]")
    if len({len(each) for each in columns}) > 1:
        raise DrawingError("a stroke has columns of different lengths")
    return [list(point) for point in zip(*columns, strict=True)]


def _label(record: Mapping[str, Any], symbols: SymbolSet) -> int:
    """The place of the class that `label` (a digit, or a class's id) or `word` names."""
    label = record.get("label")
    if label is None:
        word = text_field(record, "word")
        place = _words(symbols).get(word.strip().lower())
        if not word or place is None:
            found = f"word {describe(word)}" if word else "no label"
            raise DrawingError(f"{found}, expected a class of set {symbols.id}")
        return place
    name = str(label) if type(label) is int and symbols.is_digits else label
    if not isinstance(name, str) or name not in symbols.places:
        expected = "a whole number from 0 to 9" if symbols.is_digits else f"the id of a class of set {symbols.id}"
        raise DrawingError(f"label {describe(label)}, expected {expected}")
    return symbols.places[name]


@functools.lru_cache(4)
def _words(symbols: SymbolSet) -> dict[str, int]:
    words = {each.name.lower(): place for place, each in enumerate(symbols.classes)}
    words |= {each.id: place for place, each in enumerate(symbols.classes)}
    return words | {word: place for place, word in enumerate(DIGIT_WORDS)} if symbols.is_digits else words


def _frame(record: Mapping[str, Any], strokes: tuple[Stroke, ...]) -> Frame | None:
    """The canvas, where width, height and pen width are all given."""
    width, height, pen_width = record.get("width"), record.get("height"), record.get("pen_width")
    if width is None or height is None or pen_width is None:
        return None
    for name, side in (("width", width), ("height", height)):
        if type(side) is not int or not 1 <= side <= MAX_CANVAS_SIDE:
            raise DrawingError(f"{name} is {describe(side)}, expected a whole number from 1 to {MAX_CANVAS_SIDE}")
    if type(pen_width) not in (int, float) or not MIN_PEN_WIDTH <= pen_width <= MAX_CANVAS_SIDE:
        raise DrawingError(f"pen_width is {describe(pen_width)}, expected {MIN_PEN_WIDTH} to {MAX_CANVAS_SIDE}")
    check_points(strokes, width, height)
    return Frame(width, height, float(pen_width))


def _use(record: Mapping[str, Any]) -> Use | None:
    match record.get("split"):
        case "train":
            return "training"
        case "validation":
            return "validation"
        case _:
            return None


def _probability(value: Any) -> float | None:
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 < value <= 1:  # false for NaN
        raise DrawingError(f"prompt_probability is {describe(value)}, expected a number above 0, to 1")
    return float(value)


def _pointer(record: Mapping[str, Any]) -> Pointer:
    given = record.get("pointer")
    return next((pointer for pointer in POINTERS if pointer == given), "unknown")
