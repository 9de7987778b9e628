"""Builds the softmax regression of 2016: 400 cells of a fixed framing, one linear layer, weights from zero."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from collector.ink.snapshot import GRID


def build_model(classes: int = 10) -> Any:
    """`cells` (N, 20, 20) -> digits (N, classes)."""
    cells = keras.Input((GRID, GRID), name="cells")
    flat = layers.Reshape((GRID * GRID,))(cells)
    digits = layers.Dense(classes, activation="softmax", kernel_initializer="zeros", name="digits")(flat)
    return keras.Model({"cells": cells}, {"digits": digits})
