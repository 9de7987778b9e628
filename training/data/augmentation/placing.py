"""Places drawings on the canvas: position, size and pen width as people were observed to use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from collector.ink.raster import CANVAS_SIDE
from training.data.augmentation.geometry import Line, Rng, Strokes

PEN_WIDTHS = (6.0, 28.0)  # px on a canvas of 500
SIDES = (120.0, 360.0)  # px, the drawing's longer side, as observed on a canvas of 500
CENTRE_SD = 30.0  # px about the canvas's middle


def place(strokes: Sequence[Line], rng: Rng) -> Strokes:
    """The lines on a canvas of 500x500 px, with random size and position."""
    side, centre = rng.uniform(*SIDES), rng.normal(CANVAS_SIDE / 2, CENTRE_SD, 2)
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = side / max(float((high - low).max()), 1e-9)  # a dot has no extent
    return [(stroke - (low + high) / 2) * scale + centre for stroke in strokes]


def pen_width(rng: Rng) -> float:
    """A random pen width, px."""
    return float(rng.uniform(*PEN_WIDTHS))
