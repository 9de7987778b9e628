"""Describes the geometry of `path48` snapshots by numbers that two alike drawings share. Pure numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Inputs
from collector.ink.path import POINTS

LEAST_SIDE = 8.0  # px; a dot is not blown up
GRID = 10  # cells a side of the soft picture
INK_WIDTH = 0.07  # sd of a point's ink in that picture, of the longer side
SATURATION = 0.3  # many points in one cell are not much more than one
CELLS = np.linspace(-0.5, 0.5, GRID, dtype=np.float32)
SIZE = 2 * POINTS + 2 * POINTS + 3 * GRID * GRID + 4  # numbers of one snapshot

Floats = NDArray[np.float32]


def geometry(inputs: Inputs) -> Floats:
    """Points, directions, a soft picture, the box, strokes and ink of each snapshot: (n, SIZE).

    `inputs` are those of `path48` (`collector.ink.encodings.path48_inputs`), n in a batch. Place and size on the canvas
    are left out.
    """
    points, starts = inputs["points"], inputs["starts"]
    low, high = points.min(axis=1), points.max(axis=1)
    longer = np.maximum((high - low).max(axis=1), LEAST_SIDE)[:, None]
    unit = (points - ((low + high) / 2)[:, None]) / longer[:, None]
    is_drawn = 1 - starts
    step = np.diff(points, axis=1, prepend=points[:, :1])
    length = np.sqrt((step * step).sum(axis=2) + np.float32(1e-6))
    way = step / np.maximum(length, np.float32(1e-2))[:, :, None] * is_drawn[:, :, None]
    smooth = way.copy()
    smooth[:, 1:-1] = (way[:, :-2] + 2 * way[:, 1:-1] + way[:, 2:]) / 4
    count, scale = len(points), np.float32(POINTS**-0.5)  # a squared distance is then a mean over points
    strokes, ink = starts.sum(axis=1, keepdims=True), (length * is_drawn).sum(axis=1, keepdims=True)
    parts = [
        unit.reshape(count, -1) * scale, smooth.reshape(count, -1) * scale, _picture(unit, way),
        (high - low) / longer, np.log(strokes), np.log(ink / longer + np.float32(0.1)),
    ]  # fmt: skip
    return np.concatenate(parts, axis=1, dtype=np.float32)


def _picture(unit: Floats, way: Floats) -> Floats:
    """Ink and its direction without sense on a grid, of length 1: (n, 3 GRID GRID)."""
    sharpness = np.float32(-1 / (2 * INK_WIDTH**2))
    across = np.exp(sharpness * np.square(unit[:, :, :1] - CELLS))
    down = np.exp(sharpness * np.square(unit[:, :, 1:] - CELLS))
    dx, dy = way[:, :, 0], way[:, :, 1]
    weights = np.stack([np.ones_like(dx), dx * dx - dy * dy, 2 * dx * dy], axis=1)
    # A point's ink is a product of x and y, so that one matrix product draws all of them.
    planes = np.matmul(weights[:, :, None] * down.transpose(0, 2, 1)[:, None], across[:, None])
    flat = (planes / (1 + SATURATION * np.abs(planes))).reshape(len(unit), -1)
    return np.asarray(flat / np.maximum(np.sqrt((flat * flat).sum(axis=1, keepdims=True)), np.float32(1e-6)))
