"""The vector by which a memory compares snapshots: the model's embedding beside the shape of the line. Pure numpy.

The embedding knows what digits have in common; the shape keeps how this hand begins and bends them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Inputs
from collector.ink.path import POINTS

Floats = NDArray[np.float32]

SHAPE_SHARE = 0.7  # of the squared distance; the rest is the embedding's. Chosen with the constants of the regression
EVERY = 6  # points of `path48` that one point of the shape stands for
SHAPE_POINTS = POINTS // EVERY
SMALL = 7.0  # px on a canvas of 500: a line of this radius has a shape of half the length, a dot has none

# Takes every sixth point, and its place from the mean of those taken: in one call, since it is in every answer.
_CHOOSE = np.eye(POINTS)[EVERY // 2 :: EVERY]
_CENTRE = (_CHOOSE - _CHOOSE.mean(axis=0)).astype(np.float32)  # (8, 48)


def of_length_1(embedding: Floats) -> Floats:
    """The embedding (E,), scaled to length 1; of length 0, as it is."""
    length = math.sqrt(embedding.dot(embedding))
    return embedding * np.float32(1 / length) if length else embedding


def with_shape(embedding: Floats, inputs: Inputs) -> Floats:
    """The embedding (E,) of a `path48` snapshot and its shape as one vector (E + 17,) of length 1.

    Pictures, whose line is not known, have the same shape (E + 1,).
    """
    points = inputs.get("points")
    shape = _CENTRE[:0].ravel() if points is None else shape_of(points[0])
    size = len(embedding)
    vector = np.empty(size + len(shape) + 1, np.float32)
    np.multiply(of_length_1(embedding), np.float32(math.sqrt(1 - SHAPE_SHARE)), out=vector[:size])
    np.multiply(shape, np.float32(math.sqrt(SHAPE_SHARE)), out=vector[size:-1])
    vector[-1] = math.sqrt(SHAPE_SHARE * max(0.0, 1 - float(shape.dot(shape))))  # what the shape lacks of its share
    return vector


def shape_of(points: Floats) -> Floats:
    """Every sixth of 48 points (48, 2) in px, about their mean, as one vector (16,) less than 1 long."""
    shape: Floats = (_CENTRE @ points).ravel()
    shape *= np.float32(1 / (math.sqrt(shape.dot(shape)) + SMALL * math.sqrt(SHAPE_POINTS)))
    return shape
