"""The softmax regression of 2016 as the peers serve it: a PNG to 400 features to ten probabilities."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

GRID, BLOCK = 20, 25  # cells a side, px a cell of a canvas of 500x500

Array = NDArray[np.float32]


def features_of(png: bytes) -> Array:
    """(1, 400); 0 is paper and 1 is ink."""
    return features_of_canvas(np.asarray(Image.open(io.BytesIO(png)).convert("L")))


def features_of_canvas(gray: NDArray[np.uint8]) -> Array:
    means = gray.reshape(GRID, BLOCK, GRID, BLOCK).mean(axis=(1, 3))
    return np.asarray(1 - means.reshape(1, -1) / 255, np.float32)


def read_weights(path: Path) -> tuple[Array, Array]:
    """(400, 10) and (10,), from the weights of a published version of the family `original`."""
    with np.load(path, allow_pickle=False) as arrays:
        return arrays["000_kernel"], arrays["001_bias"]
