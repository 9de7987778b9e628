"""Chooses how large the picture of a drawing is: people send a whole canvas, a thumbnail, or 28x28 px."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from collector.ink.raster import CANVAS_SIDE
from training.data.augmentation.geometry import Line, Rng

SHRUNK = 0.35  # share of the drawings whose pictures are shrunk, and so blurred
LEAST_SIDE = 28  # px, the longer side of a shrunk picture; its logarithm is uniform
LEAST_DRAWING = 7  # px, the drawing's longer side on it: smaller ones can't be read


def picture_side(lines: Sequence[Line], rng: Rng) -> int:
    """The longer side of the pictures of a drawing that is on a canvas of 500x500, px."""
    if rng.random() >= SHRUNK:
        return CANVAS_SIDE
    extent = float(np.ptp(np.concatenate(lines), axis=0).max())
    least = max(LEAST_SIDE, CANVAS_SIDE * LEAST_DRAWING / max(extent, LEAST_DRAWING))
    return round(math.exp(rng.uniform(math.log(least), math.log(CANVAS_SIDE))))
