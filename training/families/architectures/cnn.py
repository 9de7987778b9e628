"""Builds a small residual convnet on an `ink20` snapshot, its pixels and its place."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from training.families.architectures.ink_features import (
    EDGE_BINS,
    MIDDLE_BINS,
    PAIR_DIRECTIONS,
    REACH,
    REACH_RANGE,
    SIZE_BINS,
    Bins,
    directions,
    ink_length,
    outer,
    pairs,
    pool,
    root,
    slopes,
    soft_bins,
    where,
)

STEM, WIDE, WIDER = 24, 32, 64  # channels: of the first look, at 10x10, at 5x5: 5 M products
DIRECTIONS = 8
SIDE = 48  # features of the place
HIDDEN = 96
DROPOUT = 0.15  # changed from 0.25 together with the rate and the pair maps; not measured alone
NORM_MOMENTUM = 0.98  # batch statistics settle within some 100 steps


def build_model(classes: int = 10) -> Any:
    """Cells (N, 20, 20) 0..1 and place (N, 6) px -> digits (N, classes), doubt (N, 1), embedding (N, 96)."""
    cells, place = keras.Input((20, 20), name="cells"), keras.Input((6,), name="place")
    picture = ops.expand_dims(cells, -1)
    side = _side(cells, picture, place)

    seen = slopes(picture)
    lines = root(pool(directions(seen, DIRECTIONS)))  # a head start: (N, 10, 10, 8)
    # 5x5 at once on every other cell: two 3x3 layers at full size cost as much as all the rest.
    x = _conv(picture, STEM, size=5, strides=2)
    x = _conv(layers.Concatenate()([x, lines]), WIDE, shift=side)
    x = _block(x, WIDE)
    # Bends and corners as the softmax regression sees them, (N, 5, 5, 144): ready-made, they need not be learned.
    bends = pairs(root(pool(directions(seen, PAIR_DIRECTIONS))))
    x = ops.relu(_conv(x, WIDER, strides=2, active=False, shift=side) + _conv(bends, WIDER, size=1, active=False))
    x = _block(x, WIDER)
    x = layers.Concatenate()([layers.Flatten()(x), side])
    x = layers.Dropout(DROPOUT)(x)
    embedding = layers.Dense(HIDDEN, "relu")(x)
    x = layers.Dropout(DROPOUT)(embedding)
    outputs = {
        "digits": layers.Dense(classes, "softmax", name="digits")(x),
        "doubt": layers.Dense(1, "sigmoid", name="doubt")(x),
        "embedding": embedding,
    }
    return keras.Model({"cells": cells, "place": place}, outputs)


def _side(cells: Any, picture: Any, place: Any) -> Any:
    """Place, size and amount of the ink, as soft bins and one dense layer: (N, SIDE)."""
    reach = ops.log(ink_length(cells, picture) / 16)
    mass = ops.reshape(ops.log(ops.sum(cells, (1, 2)) + 0.05), (-1, 1))
    x_bins, y_bins = MIDDLE_BINS
    edges, x, y, size, ink = soft_bins(
        ops.concatenate([where(place), reach, mass - reach], -1),
        [EDGE_BINS, (x_bins,), (y_bins,), (SIZE_BINS,), (Bins(REACH, *REACH_RANGE, 8), Bins(REACH + 1, 1.0, 5.0, 6))],
    )
    bins = [edges, outer(outer(x, y), size), ink]
    return layers.Dense(SIDE, "relu")(layers.Dense(SIDE, "relu")(ops.concatenate(bins, -1)))


def _conv(x: Any, channels: int, size: int = 3, strides: int = 1, active: bool = True, shift: Any = None) -> Any:
    """Convolution, batch norm, ReLU; `shift` moves every channel by features of the place."""
    x = layers.Conv2D(channels, size, strides=strides, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=NORM_MOMENTUM)(x)
    if shift is not None:
        x = x + ops.reshape(layers.Dense(channels)(shift), (-1, 1, 1, channels))
    return ops.relu(x) if active else x


def _block(x: Any, channels: int) -> Any:
    return ops.relu(x + _conv(_conv(x, channels), channels, active=False))
