"""Builds a network of convolutions along the path (`path48`) beside a small picture that the model draws of it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from collector.ink.path import POINTS
from collector.ink.raster import CANVAS_SIDE

Floats = NDArray[np.float32]

DROPOUT = 0.15  # augmentation is the regulariser; this only keeps the dense layers from leaning on one part
CONV_WIDTHS = (56, 80, 112)  # channels at 48, 24 and 12 points
GRID = 14  # cells a side of the picture that the model draws for itself
INK_WIDTH = 0.05  # sd of a point's ink in that picture, of the longer side: the points of a long path still touch
PICTURE_WIDTHS = (28, 40, 56)
NORM_MOMENTUM = 0.95


def build_model(classes: int = 10) -> Any:
    """Points (n, 48, 2), starts (n, 48), canvas (n, 2), px -> digits (n, classes), doubt (n, 1), embedding (n, 96)."""
    points = keras.Input((POINTS, 2), name="points")
    starts = keras.Input((POINTS,), name="starts")
    canvas = keras.Input((2,), name="canvas")
    path, whole, unit, way = features(points, starts, canvas)
    # The path's last point is the pen: what the strokes are about to do shows there first.
    x = path_layers(path)
    parts = [layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x), x[:, -1]]
    parts.append(layers.Dense(32, activation="relu")(whole))
    parts.append(picture_layers(draw_softly(unit, way)))
    x = layers.Dropout(DROPOUT)(layers.Concatenate()(parts))
    embedding = layers.Dense(96, activation="relu")(x)
    x = layers.Dropout(DROPOUT)(embedding)
    outputs = {
        "digits": layers.Dense(classes, activation="softmax", name="digits")(x),
        "doubt": layers.Dense(1, activation="sigmoid", name="doubt")(x),
        "embedding": embedding,
    }
    return keras.Model({"points": points, "starts": starts, "canvas": canvas}, outputs)


def features(points: Any, starts: Any, canvas: Any) -> tuple[Any, Any, Any, Any]:
    """Features of each point (n, 48, 17) and of the whole (n, 16); the places and directions that a picture needs."""
    # Lengths below are px of a canvas of 500: a drawing reads the same on any other.
    scale = CANVAS_SIDE / ops.max(canvas, axis=1, keepdims=True)
    points, canvas, side = points * scale[:, None], canvas * scale, CANVAS_SIDE
    low, high = ops.min(points, axis=1), ops.max(points, axis=1)
    middle, box = (low + high) / 2, high - low
    longer = ops.maximum(ops.max(box, axis=1, keepdims=True), 8.0)  # px; a dot is not blown up
    unit = (points - middle[:, None]) / longer[:, None]
    on_canvas = (points - canvas[:, None] / 2) / side * 2

    start = starts[:, :, None]
    move = points - ops.concatenate([points[:, :1], points[:, :-1]], axis=1)
    air = move * start / longer[:, None]  # the pen's way above the paper, from the stroke before
    step = move * (1 - start)
    length = ops.sqrt(ops.sum(step * step, axis=2, keepdims=True) + 1e-6)  # px; the root of 0 has no gradient
    way = step / ops.maximum(length, 1e-2)
    ahead = ops.concatenate([way[:, 1:], ops.zeros_like(way[:, :1])], axis=1)
    cosine = ops.sum(way * ahead, axis=2, keepdims=True)
    sine = way[:, :, :1] * ahead[:, :, 1:] - way[:, :, 1:] * ahead[:, :, :1]
    order = ops.zeros_like(start) + order_of_points()
    pace = length / longer[:, None] * 8
    path = ops.concatenate([unit, on_canvas, way, ahead, cosine, sine, start, air, order, pace], axis=2)

    ink = ops.sum(length * (1 - start), axis=1)
    sizes = [ops.log(ink / side + 0.02), ops.log(longer / side + 0.02), ops.log(longer / (ink + 1) + 0.02)]
    ends = [on_canvas[:, 0], on_canvas[:, -1], unit[:, 0], unit[:, -1]]
    strokes = ops.sum(starts, axis=1, keepdims=True) * 0.5
    where = (middle - canvas / 2) / side * 2
    return path, ops.concatenate([*ends, box / longer, box / side, where, *sizes, strokes], axis=1), unit, way


def order_of_points() -> Floats:
    return np.linspace(-1, 1, POINTS, dtype=np.float32)[None, :, None]


def path_layers(x: Any) -> Any:
    """Convolutions along the path, with a residual block at 48, 24 and 12 points."""

    def conv(x: Any, width: int, reach: int, stride: int = 1) -> Any:
        x = layers.Conv1D(width, reach, strides=stride, padding="same", use_bias=False)(x)
        return layers.BatchNormalization(momentum=NORM_MOMENTUM)(x)

    for stage, width in enumerate(CONV_WIDTHS):
        x = layers.ReLU()(conv(x, width, 3 if stage else 5, 2 if stage else 1))
        inner = layers.ReLU()(conv(x, width, 3))
        x = layers.ReLU()(layers.Add()([x, conv(inner, width, 3)]))
    return x


def draw_softly(unit: Any, way: Any) -> Any:
    """A picture (n, GRID, GRID, 6) of the points: ink, direction, direction without sense, and when."""
    cells = np.linspace(-0.55, 0.55, GRID, dtype=np.float32)[None, None]
    sharpness = 1 / (2 * INK_WIDTH**2)
    across = ops.exp(-sharpness * ops.square(unit[:, :, :1] - cells))
    down = ops.exp(-sharpness * ops.square(unit[:, :, 1:] - cells))
    dx, dy = way[:, :, :1], way[:, :, 1:]
    weights = [dx, dy, dx * dx - dy * dy, 2 * dx * dy, order_of_points()]
    planes = ops.concatenate([across, *[across * w for w in weights]], axis=2)
    # A point's ink is a product of x and y, so that one matrix product draws all of them.
    picture = ops.reshape(ops.matmul(ops.transpose(down, (0, 2, 1)), planes), (-1, GRID, 6, GRID))
    picture = ops.transpose(picture, (0, 1, 3, 2))
    return picture / (1 + 0.3 * ops.abs(picture))  # many points in one cell are not much more than one


def picture_layers(x: Any) -> Any:
    for stage, width in enumerate(PICTURE_WIDTHS):
        x = layers.Conv2D(width, 3, strides=2 if stage else 1, padding="same", use_bias=False)(x)
        x = layers.ReLU()(layers.BatchNormalization(momentum=NORM_MOMENTUM)(x))
    return layers.Dense(64, activation="relu")(layers.Dropout(DROPOUT)(layers.Flatten()(x)))
