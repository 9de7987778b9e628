"""Checks that a drawing is fit for training, whatever object it was read from."""

from __future__ import annotations

import math

import numpy as np

from collector.ink.drawing import DIGITS
from collector.ink.snapshot import MAX_CANVAS_SIDE
from collector.symbols.symbol_set import PLACES_MAX, SymbolSet
from training.data.dataset import LabelledDrawing

MAX_PEN_WIDTH = 1024.0  # px
MAX_COORDINATE = 1e6  # px; far beyond a canvas, far below an overflow
MAX_TEXT = 200  # characters of a contributor or source


class BadDrawing(ValueError):
    """The drawing can't be trained on; the message says what came and what was expected."""


def check_drawing(drawing: LabelledDrawing, labels: int = DIGITS) -> None:
    """Raises BadDrawing when a value has the wrong type or is out of range; labels are below `labels`."""
    _expect("label", drawing.label, _is_whole(drawing.label, 0, labels - 1), f"0 to {labels - 1}")
    for name, side in (("width", drawing.canvas.width), ("height", drawing.canvas.height)):
        _expect(name, side, _is_whole(side, 1, MAX_CANVAS_SIDE), f"1 to {MAX_CANVAS_SIDE} px")
    pen = drawing.canvas.pen_width
    _expect("pen width", pen, _is_number(pen) and 0 < pen <= MAX_PEN_WIDTH, f"above 0, at most {MAX_PEN_WIDTH:g} px")
    for name, text in (("contributor", drawing.contributor), ("source", drawing.source)):
        _expect(name, text, _is_text(text), f"text of at most {MAX_TEXT} characters")
    if not drawing.lines:
        raise BadDrawing("no strokes, expected at least one")
    for line in drawing.lines:
        _check_line(line)
    for picture in drawing.pictures:
        check_ink(picture.ink)


def labels_of(symbols: SymbolSet) -> int:
    """The number of labels that drawings of a set may have: a class may have been added since the set was read."""
    return len(symbols.classes) if symbols.is_digits else PLACES_MAX


def check_ink(ink: float) -> None:
    """Raises BadDrawing when the ink fraction of a sample is out of range."""
    _expect("ink of a sample", ink, _is_number(ink) and 0 < ink <= 1, "above 0, at most 1")


def _check_line(line: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    if line.ndim != 2 or line.shape[0] < 1 or line.shape[1] != 2:
        raise BadDrawing(f"a stroke of shape {line.shape}, expected (points, 2)")
    # NaN is not at most MAX_COORDINATE either.
    if not (np.abs(line) <= MAX_COORDINATE).all():
        raise BadDrawing(f"a point beyond {MAX_COORDINATE:g} px or not a number")


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate, which JSON can hold and Parquet can't
        return False
    return True


def _expect(name: str, value: object, fine: bool, expected: str) -> None:
    if not fine:
        raise BadDrawing(f"{name} is {value!r:.60}, expected {expected}")
