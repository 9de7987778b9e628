"""The drawing: the strokes of one digit by one person, and its NDJSON form; no pictures, no I/O."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

DIGITS = 10
MAX_NUMBER = 2**53  # of a coordinate or a time


class DrawingError(ValueError):
    """The input is not a drawing; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class Point:
    """A pen position in canvas pixels, y downwards; `t_ms` counts from the drawing's start, None where unknown."""

    x: float
    y: float
    t_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Stroke:
    """Pen down to pen up, at least one point."""

    points: tuple[Point, ...]

    @property
    def length(self) -> float:
        """Ink in canvas pixels: the sum of the straight lines between its points."""
        return sum(math.hypot(b.x - a.x, b.y - a.y) for a, b in zip(self.points, self.points[1:], strict=False))


@dataclass(frozen=True, slots=True)
class Drawing:
    """One digit by one person: strokes in order, and the label where it is known."""

    id: str
    strokes: tuple[Stroke, ...]
    label: int | None = None
    writer: str = ""
    source: str = ""

    @property
    def length(self) -> float:
        return sum(stroke.length for stroke in self.strokes)

    @property
    def points(self) -> int:
        return sum(len(stroke.points) for stroke in self.strokes)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """The ink's bounding box `(left, top, right, bottom)` in canvas pixels, without the pen's width."""
        xs = [p.x for s in self.strokes for p in s.points]
        ys = [p.y for s in self.strokes for p in s.points]
        return min(xs), min(ys), max(xs), max(ys)


def cut_at_ink(drawing: Drawing, ink_fraction: float) -> Drawing:
    """The drawing when `ink_fraction` (0 to 1) of its final length was drawn; its last point is interpolated.

    A drawing without length (only dots) is cut by its number of strokes instead.
    """
    total = drawing.length
    if ink_fraction >= 1 or not drawing.strokes:
        return drawing
    if total == 0:
        return _with_strokes(drawing, drawing.strokes[: max(1, math.ceil(ink_fraction * len(drawing.strokes)))])
    left = ink_fraction * total
    kept: list[Stroke] = []
    for stroke in drawing.strokes:
        if stroke.length <= left:
            kept.append(stroke)
            left -= stroke.length
            continue
        kept.append(_head(stroke, left))
        break
    return _with_strokes(drawing, tuple(kept))


def _head(stroke: Stroke, length: float) -> Stroke:
    points = [stroke.points[0]]
    for a, b in zip(stroke.points, stroke.points[1:], strict=False):
        step = math.hypot(b.x - a.x, b.y - a.y)
        if step > length:
            f = length / step
            t = None if a.t_ms is None or b.t_ms is None else a.t_ms + (b.t_ms - a.t_ms) * f
            points.append(Point(a.x + (b.x - a.x) * f, a.y + (b.y - a.y) * f, t))
            break
        points.append(b)
        length -= step
    return Stroke(tuple(points))


def _with_strokes(drawing: Drawing, strokes: tuple[Stroke, ...]) -> Drawing:
    return Drawing(drawing.id, strokes, drawing.label, drawing.writer, drawing.source)


def fit_on_canvas(drawing: Drawing, longer_side: float, centre: tuple[float, float] = (250.0, 250.0)) -> Drawing:
    """The drawing scaled evenly until its bounding box's longer side is `longer_side` px, and moved to `centre`.

    Sources record in units of their own (tablet counts, page units); this converts them to canvas pixels.
    A drawing without extent (one dot) is only moved.
    """
    left, top, right, bottom = drawing.bounds
    extent = max(right - left, bottom - top)
    scale = longer_side / extent if extent > 0 else 1.0
    mid_x, mid_y = (left + right) / 2, (top + bottom) / 2
    strokes = tuple(
        Stroke(
            tuple(
                Point((p.x - mid_x) * scale + centre[0], (p.y - mid_y) * scale + centre[1], p.t_ms)
                for p in stroke.points
            )
        )
        for stroke in drawing.strokes
    )
    return _with_strokes(drawing, strokes)


def parse_drawing(line: str | bytes) -> Drawing:
    """One NDJSON line `{"id", "label", "writer", "source", "strokes": [[[x, y, t_ms|null], ...], ...]}`.

    Raises:
        DrawingError: the line is not a JSON object, or one of its fields is malformed.
    """
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DrawingError(f"not a line of JSON: {error}") from error
    if not isinstance(record, dict):
        raise DrawingError(f"{describe(record)}, expected an object with id, label and strokes")
    label = record.get("label")
    if label is not None and not (type(label) is int and 0 <= label < DIGITS):
        raise DrawingError(f"label {describe(label)}, expected a whole number from 0 to 9")
    return Drawing(
        id=text_field(record, "id"),
        strokes=parse_strokes(record.get("strokes")),
        label=label,
        writer=text_field(record, "writer"),
        source=text_field(record, "source"),
    )


def text_field(record: Mapping[str, Any], name: str) -> str:
    """The field as text, empty where it is missing.

    Raises:
        DrawingError: neither text nor a whole number, or half a surrogate pair.
    """
    value = record.get(name, "")
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise DrawingError(f"{name} is {describe(value)}, expected a text")
    text = str(value) if isinstance(value, str) or abs(value) < MAX_NUMBER else describe(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise DrawingError(f"{name} holds half a surrogate pair, expected Unicode text") from error
    return text


def parse_strokes(strokes: Any) -> tuple[Stroke, ...]:
    """Strokes from their JSON form, lists of `[x, y]` or `[x, y, t_ms]`.

    Raises:
        DrawingError: not a list of lists of points, a stroke without points, or a number not finite or out of range.
    """
    if not isinstance(strokes, list) or not strokes:
        raise DrawingError(f"strokes are {describe(strokes)}, expected a list of at least one stroke")
    return tuple(_parse_stroke(stroke) for stroke in strokes)


def _parse_stroke(stroke: Any) -> Stroke:
    if not isinstance(stroke, list) or not stroke:
        raise DrawingError(f"a stroke is {describe(stroke)}, expected a list of at least one point")
    return Stroke(tuple(_parse_point(point) for point in stroke))


def _parse_point(point: Any) -> Point:
    if not isinstance(point, list) or len(point) not in (2, 3):
        raise DrawingError(f"a point is {describe(point)}, expected [x, y] or [x, y, t_ms]")
    x, y = point[0], point[1]
    t_ms = point[2] if len(point) == 3 else None
    if not (_is_finite(x) and _is_finite(y) and (t_ms is None or _is_finite(t_ms))):
        raise DrawingError(f"a point holds {', '.join(map(describe, point))}, expected finite numbers below 2**53")
    return Point(float(x), float(y), None if t_ms is None else float(t_ms))


def _is_finite(number: Any) -> bool:
    # bool is an int in Python, but `true` is no coordinate. Beyond 2**53 sums overflow or lose whole pixels; as one
    # comparison it is false for NaN too.
    return type(number) in (int, float) and abs(number) < MAX_NUMBER


def check_points(strokes: Iterable[Stroke], width: int, height: int) -> None:
    """Checks that every point is within one canvas beyond each edge: a pen may leave the canvas while it is down.

    Raises:
        DrawingError: a point is farther away, or not finite.
    """
    for point in (point for stroke in strokes for point in stroke.points):
        if not (-width <= point.x <= 2 * width and -height <= point.y <= 2 * height):
            raise DrawingError(f"a point at {point.x:g}, {point.y:g} of a canvas of {width}x{height} px")


def describe(value: Any) -> str:
    """Describes a value for an error message: short, and safe for any size or depth."""
    match value:
        case None | bool():
            return str(value)
        case int() | float() if abs(value) < 2**53:
            return str(value)
        case str() if len(value) <= 40:
            return repr(value)
        case str() | bytes() | list() | dict():
            return f"a {type(value).__name__} of {len(value)}"
        case _:
            return f"a {type(value).__name__} out of range"


def strokes_to_json(strokes: tuple[Stroke, ...]) -> list[list[list[float | None]]]:
    """Strokes in their JSON form, `[[[x, y, t_ms|null], ...], ...]`."""
    return [[[p.x, p.y, p.t_ms] for p in stroke.points] for stroke in strokes]


def format_drawing(drawing: Drawing) -> str:
    """One NDJSON line, without its newline; `parse_drawing` reads it back equal."""
    record = {
        "id": drawing.id,
        "label": drawing.label,
        "writer": drawing.writer,
        "source": drawing.source,
        "strokes": strokes_to_json(drawing.strokes),
    }
    return json.dumps(record, separators=(",", ":"))
