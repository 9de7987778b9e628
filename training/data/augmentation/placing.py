"""Places drawings on the canvas: position, size and pen width, as visitors and other sources use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np

from collector.ink.raster import CANVAS_SIDE
from training.data.augmentation.geometry import Line, Rng, Strokes

CENTRE_SD = 30.0  # px about the canvas's middle
CORNER = 0.85  # of the way from the middle to where the drawing touches the canvas's edges, at least
PEN_WIDTHS = (6.0, 28.0)  # px on a canvas of 500, as visitors use
ANY_PEN_WIDTHS = (1.0, 60.0)  # px
ANY_PEN = 0.4  # share of training copies with any pen
LEAST_THICK = 2.0  # px: the pen of the smallest drawings
THICKEST = 0.25  # of a drawing's longer side; what a thicker pen draws can't be read


@dataclass(frozen=True, slots=True)
class Placing:
    """Place and size of drawings on a canvas of 500x500 px."""

    name: str
    where: Literal["middle", "anywhere", "corner"]
    sides: tuple[float, float]  # px, the drawing's longer side
    evenly: Literal["linear", "logarithmic"] = "linear"


MIDDLE = Placing("about the middle", "middle", (120.0, 360.0))
ANYWHERE = Placing("anywhere", "anywhere", (60.0, 360.0))
SMALL = Placing("anywhere, small", "anywhere", (60.0, 150.0))
LARGE = Placing("anywhere, large", "anywhere", (250.0, 440.0))
CORNERS = Placing("small in a corner", "corner", (60.0, 150.0))
PLACINGS = (MIDDLE, ANYWHERE, SMALL, LARGE, CORNERS)  # that models are evaluated at

TRAINED_ANYWHERE = Placing("training copies", "anywhere", (30.0, 440.0), "logarithmic")
ANYWHERE_SHARE = 1 / 3  # of training copies; with a half, beginnings about the middle lost points


def place(strokes: Sequence[Line], rng: Rng, placing: Placing = MIDDLE) -> Strokes:
    """The lines on a canvas of 500x500 px; beside the middle they stay on it whole."""
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = _side(rng, placing) / max(float((high - low).max()), 1e-9)  # a dot has no extent
    centre = CANVAS_SIDE / 2 + _offset(rng, placing, (CANVAS_SIDE - (high - low) * scale) / 2)
    return [(stroke - (low + high) / 2) * scale + centre for stroke in strokes]


def training_place(strokes: Sequence[Line], rng: Rng) -> Strokes:
    """The lines of a training copy, about the middle or anywhere."""
    return place(strokes, rng, TRAINED_ANYWHERE if rng.random() < ANYWHERE_SHARE else MIDDLE)


def _side(rng: Rng, placing: Placing) -> float:
    if placing.evenly == "linear":
        return float(rng.uniform(*placing.sides))
    return float(np.exp(rng.uniform(*np.log(placing.sides))))


def _offset(rng: Rng, placing: Placing, reach: Line) -> Line:
    """From the canvas's middle to the drawing's; within `reach` (2,) the drawing fits."""
    match placing.where:
        case "middle":
            return rng.normal(0, CENTRE_SD, 2)
        case "anywhere":
            return rng.uniform(-1, 1, 2) * reach
        case "corner":
            return rng.choice((-1.0, 1.0), 2) * rng.uniform(CORNER, 1, 2) * reach
    assert_never(placing.where)


def pen_width(rng: Rng) -> float:
    """A random pen width, px, as visitors use."""
    return float(rng.uniform(*PEN_WIDTHS))


def training_pen_width(rng: Rng, side: float) -> float:
    """A random pen width, px, of a training copy whose longer side is `side` px: a visitor's, or any."""
    widest = max(LEAST_THICK, THICKEST * side)
    if rng.random() >= ANY_PEN:
        return min(pen_width(rng), widest)
    thinnest, thickest = ANY_PEN_WIDTHS
    return float(np.exp(rng.uniform(np.log(thinnest), np.log(min(thickest, widest)))))
