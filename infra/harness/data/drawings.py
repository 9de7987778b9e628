"""The drawings that runs send and decode: from files if given, otherwise the project's reference drawings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.raster import CANVAS_SIDE, PEN_WIDTH, draw_strokes
from infra.harness.data.recorded import Placing, read_script
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.stages import Lines

STAGES = (0.25, 0.5, 0.75, 1.0)
PLACING = Placing(as_drawn=False, seed=1)


def drawings_of(files: Sequence[Path], count: int) -> list[Drawing]:
    """At most `count` labelled drawings in canvas pixels, evenly from the files or from the reference drawings."""
    if files:
        each = -(-count // len(files))
        return [take.drawing for file in files for take in read_script(file, PLACING, each, validation_only=False)][
            :count
        ]
    found = reference_drawings("replay")
    # Ten digits by each hand: a step that shares no factor with ten meets them all.
    return [as_drawing(found[i * 7 % len(found)]) for i in range(min(count, len(found)))]


def strokes_of(lines: Lines) -> tuple[Stroke, ...]:
    return tuple(Stroke(tuple(Point(float(x), float(y)) for x, y in line)) for line in lines)


def as_drawing(drawing: LabelledDrawing) -> Drawing:
    return Drawing(drawing.id, strokes_of(drawing.lines), drawing.label)


def canvases(drawings: Sequence[Drawing]) -> Iterator[NDArray[np.uint8]]:
    """Each drawing at a quarter, half, three quarters and all of its ink, (500, 500), as smooth as a browser draws."""
    for drawing in drawings:
        for ink in STAGES:
            yield _smooth(cut_at_ink(drawing, ink))


def _smooth(drawing: Drawing) -> NDArray[np.uint8]:
    """Drawn at twice the size and halved, for the grays that a browser puts on the edge of a line."""
    large = [Stroke(tuple(Point(2 * p.x, 2 * p.y) for p in stroke.points)) for stroke in drawing.strokes]
    canvas = draw_strokes(large, 2 * CANVAS_SIDE, 2 * CANVAS_SIDE, 2 * PEN_WIDTH)
    return np.asarray(Image.fromarray(canvas).reduce(2))
