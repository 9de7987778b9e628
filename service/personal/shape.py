"""The shape of the line so far, wherever it is on the canvas. Pure numpy, no I/O.

The embedding knows what digits have in common; the shape keeps how this hand begins and bends them.
"""

from __future__ import annotations

import math

import numpy as np

from collector.ink.encodings import Inputs
from service.personal.stages import Floats

EVERY = 3  # points of `path48` that one point of the shape stands for
SMALL = 11.0  # px on a canvas of 500: a line of this radius has a shape of half the length, a dot has none

NO_SHAPE = np.zeros(0, np.float32)


def shape_of(inputs: Inputs) -> Floats:
    """Every third point of a `path48` snapshot about their mean, (32,), less than 1 long; (0,) for a picture."""
    points = inputs.get("points")
    if points is None:
        return NO_SHAPE
    chosen = points[0, EVERY // 2 :: EVERY]
    shape: Floats = (chosen - np.add.reduce(chosen) / np.float32(len(chosen))).ravel()  # `mean` takes twice the time
    length = math.sqrt(shape.dot(shape)) + SMALL * math.sqrt(len(chosen))
    shape *= np.float32(1 / length)
    return shape
