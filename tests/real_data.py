"""Drawings by real people where `MIDSTROKE_TEST_DATA` names a folder of them; our own reference drawings elsewhere."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

from collector.ink.drawing import Drawing, Point, Stroke, fit_on_canvas, parse_drawing
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings


def data_folder() -> Path | None:
    name = os.environ.get("MIDSTROKE_TEST_DATA")
    return Path(name) if name else None


def drawings_from(file: str, count: int) -> list[Drawing]:
    """`count` drawings of the file spread over its length, 240 px large in the middle of the canvas."""
    folder = data_folder()
    if folder is None:
        found = [_as_drawing(reference) for reference in reference_drawings("validation")]
    else:
        with gzip.open(folder / file, "rt") as lines:
            found = [parse_drawing(line) for line in lines]
    return [fit_on_canvas(found[i * len(found) // count], 240.0) for i in range(min(count, len(found)))]


def _as_drawing(reference: LabelledDrawing) -> Drawing:
    strokes = tuple(Stroke(tuple(Point(float(x), float(y)) for x, y in line)) for line in reference.lines)
    return Drawing(reference.id, strokes, reference.label)
