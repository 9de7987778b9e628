"""Whole drawings as other hands would have drawn them. numpy alone; nothing about stages, models or files.

Augmented before it is cut into stages, so that every stage belongs to one believable drawing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from collector.raster import CANVAS_SIDE

Line = NDArray[np.float64]
Rng = np.random.Generator

TURN = 0.17  # rad, sd (10 degrees)
SHEAR = 0.15  # sd
STRETCH = 0.18  # sd of the log of width over height
PEN_WIDTHS = (6.0, 28.0)  # px on a canvas of 500
SIDES = (120.0, 360.0)  # px, the drawing's longer side, as people were seen to draw on a canvas of 500
CENTRE_SD = 30.0  # px about the canvas's middle


def augment(lines: Sequence[Line], label: int, rng: Rng, strength: float = 1.0) -> list[Line]:  # noqa: ARG001 - habits differ by digit
    """The drawing as another hand might have made it, longer side 1, about the origin.

    `strength` scales how far it goes; 0 only normalises. Deterministic in `rng`'s state.
    """
    angle, slant, stretch = rng.normal(0, (TURN * strength, SHEAR * strength, STRETCH * strength))
    cos, sin, wide = np.cos(angle), np.sin(angle), np.exp(stretch / 2)
    matrix = np.diag([wide, 1 / wide]) @ np.array([[1, 0], [slant, 1]]) @ np.array([[cos, sin], [-sin, cos]])
    return _normalised([line @ matrix for line in _normalised(lines)])


def place(lines: Sequence[Line], rng: Rng) -> list[Line]:
    """On a canvas of 500x500 px as people were seen to place theirs."""
    side, centre = rng.uniform(*SIDES), rng.normal(CANVAS_SIDE / 2, CENTRE_SD, 2)
    return [line * side + centre for line in _normalised(lines)]


def pen_width(rng: Rng) -> float:
    """A pen that someone may have drawn with, px."""
    return float(rng.uniform(*PEN_WIDTHS))


def _normalised(lines: Sequence[Line]) -> list[Line]:
    points = np.concatenate(lines)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(float((high - low).max()), 1e-9)  # a dot has none
    return [(line - (low + high) / 2) / extent for line in lines]
