"""What each family of models is: its encoding, its Keras layers, and how it is trained.

Features are computed inside the model, so that what is served takes a snapshot as it comes. Keras is imported when
a model is built, never with this file: the service may read the names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from training.encodings import Encoding
from training.snapshot import GRID

CLASSES = 10


@dataclass(frozen=True, slots=True)
class Resume:
    """How to go on from a champion's weights when a few drawings came; seconds, not minutes."""

    optimizer: Literal["sgd", "adam"]
    learning_rate: float
    batches: int
    batch_size: int
    copies: int  # augmented, of each new drawing
    pull: float  # back toward the champion's weights, per squared distance: it must not forget
    replay: float = 0.85  # share of each batch, of reference drawings on which the champion's opinion is kept


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train from nothing."""

    optimizer: Literal["sgd", "adam"]
    learning_rate: float  # at the start
    schedule: Literal["constant", "cosine"]  # cosine falls to a hundredth
    batches: int
    batch_size: int = 1000
    copies: int = 4  # augmented, of each drawing
    strength: float = 1.0  # of augmentation
    smoothing: float = 0.0  # of labels


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of model."""

    name: str
    encoding: Encoding
    build_model: Callable[[], Any]  # an untrained keras.Model: inputs by name, ten probabilities
    recipe: Recipe
    resume: Resume | None  # None: not trained again as drawings arrive


class WrongWeights(ValueError):
    """These weights are of another model than the family builds: they were trained by an older or a newer release."""


class UnknownFamily(ValueError):
    """There is no family of this name."""


def family_named(name: str) -> Family:
    for family in FAMILIES:
        if family.name == name:
            return family
    raise UnknownFamily(f"family {name!r:.40}, expected one of {', '.join(f.name for f in FAMILIES)}")


# --- original: the softmax regression of 2016, 400 cells of a fixed framing -------------------------------------------


def build_original() -> Any:
    import keras  # noqa: PLC0415 - 2.7 s and 600 MB, for training alone
    from keras import layers  # noqa: PLC0415

    cells = keras.Input((GRID, GRID), name="cells")
    flat = layers.Reshape((GRID * GRID,))(cells)
    probabilities = layers.Dense(CLASSES, activation="softmax", kernel_initializer="zeros")(flat)
    return keras.Model({"cells": cells}, probabilities)


# --- softmax: one linear layer over gated features --------------------------------------------------------------------

DIRECTIONS = 8  # of the ink's edges, over half a turn: a pen line has two edges and no forward
GATES = 8  # bins by how much has been drawn: a half-drawn 8 is judged by other weights than a finished 3
GATE_RANGE = (-0.3, 1.6)  # log of the ink's length over the cropped square's inner side
BINS = 8  # for each side of the ink's box
BIN_RANGE = (-0.36, 0.36)  # of the canvas's longer side, from its middle


def build_softmax() -> Any:
    import keras  # noqa: PLC0415
    from keras import layers, ops  # noqa: PLC0415

    cells = keras.Input((GRID, GRID), name="cells")
    place = keras.Input((6,), name="place")
    picture = ops.expand_dims(cells, -1)
    gates = _hats(ops.log(_ink_length(cells, picture) / 16.0), *GATE_RANGE, GATES)
    gradients = _orientations(picture)
    shape = ops.sqrt(_shrunk(gradients, 4) + 1e-4) - 0.01
    parts = [_flat(shape), _flat(_shrunk(picture, 3)), _position(place)]
    features = layers.Concatenate()([_gated(gates, part) for part in parts])
    probabilities = layers.Dense(CLASSES, activation="softmax", kernel_initializer="zeros")(features)
    return keras.Model({"cells": cells, "place": place}, probabilities)


def _ink_length(cells: Any, picture: Any) -> Any:
    """About how long the line is, in cells, from what a snapshot shows: half the outline, less for a blurred one."""
    from keras import ops  # noqa: PLC0415

    steps = np.zeros((2, 2, 1, 2), np.float32)
    steps[:, :, 0, 0], steps[:, :, 0, 1] = [[-1, 1], [0, 0]], [[-1, 0], [1, 0]]
    edges = ops.conv(picture, ops.convert_to_tensor(steps), padding="valid")
    outline = ops.sum(ops.sqrt(ops.sum(edges * edges, -1) + 1e-8), (1, 2)) + 0.05
    mass = ops.sum(cells, (1, 2)) + 0.05
    filled = ops.sum(cells * cells, (1, 2)) / mass + 0.01  # blurred lines have a longer outline for their length
    # The factor and the power were fitted to drawings whose true length is known.
    return ops.reshape(0.31 * (outline / (2 * filled)) ** 1.27, (-1, 1))


def _orientations(picture: Any) -> Any:
    """(N, 20, 20, 8): how strong the ink's edges are in each of 8 directions, opposite ones being the same."""
    from keras import ops  # noqa: PLC0415

    smooth, slope = np.array([1, 2, 1], np.float32) / 4, np.array([-1, 0, 1], np.float32) / 2
    sobel = np.stack([np.outer(smooth, slope), np.outer(slope, smooth)], axis=-1)[:, :, None, :]
    gradient = ops.conv(picture, ops.convert_to_tensor(sobel.astype(np.float32)), padding="same")
    x, y = gradient[..., :1], gradient[..., 1:]
    size = ops.sqrt(x * x + y * y + 1e-6)
    x2, y2 = (x * x - y * y) / size, 2 * x * y / size  # at twice the angle, opposite directions are one
    angles = np.arange(DIRECTIONS, dtype=np.float32) * np.float32(2 * np.pi / DIRECTIONS)
    along = ops.relu(x2 * np.cos(angles) + y2 * np.sin(angles))
    return along * along / ops.sqrt(x2 * x2 + y2 * y2 + 1e-6)


def _shrunk(planes: Any, reach: int) -> Any:
    """(N, 20, 20, C) to (N, 10, 10, C), each cell a smooth sum of `reach` x `reach`."""
    from keras import ops  # noqa: PLC0415

    weights = np.array([1.0])
    for _ in range(reach - 1):
        weights = np.convolve(weights, [1, 1])
    kernel = np.outer(weights, weights) / weights.sum() ** 2 * 2
    kernel = np.repeat(kernel[:, :, None, None], planes.shape[-1], axis=2).astype(np.float32)
    return ops.depthwise_conv(planes, ops.convert_to_tensor(kernel), strides=2, padding="same")


def _position(place: Any) -> Any:
    """(N, 32): where the box's four sides are on the canvas, each as soft bins."""
    from keras import ops  # noqa: PLC0415

    width, height, x0, y0, x1, y1 = (place[:, i : i + 1] for i in range(6))
    longer = ops.maximum(width, height)
    sides = ((x0 - width / 2), (x1 - width / 2), (y0 - height / 2), (y1 - height / 2))
    return ops.concatenate([_hats(side / longer, *BIN_RANGE, BINS) for side in sides], -1)


def _hats(values: Any, low: float, high: float, bins: int) -> Any:
    """(N, 1) to (N, bins): soft bins that share each value among its two nearest and sum to 1."""
    from keras import ops  # noqa: PLC0415

    at = ops.clip((values - low) / (high - low) * (bins - 1), 0.0, bins - 1.0)
    return ops.relu(1.0 - ops.abs(at - np.arange(bins, dtype=np.float32)))


def _gated(gates: Any, features: Any) -> Any:
    """(N, g) and (N, f) to (N, g * f): the features, once for each gate, as strong as the gate."""
    from keras import ops  # noqa: PLC0415

    count = gates.shape[-1] * features.shape[-1]
    return ops.reshape(ops.expand_dims(gates, 2) * ops.expand_dims(features, 1), (-1, count))


def _flat(planes: Any) -> Any:
    from keras import ops  # noqa: PLC0415

    return ops.reshape(planes, (-1, int(np.prod(planes.shape[1:]))))


FAMILIES: tuple[Family, ...] = (
    Family(
        name="softmax",
        encoding="ink20",
        build_model=build_softmax,
        recipe=Recipe(optimizer="adam", learning_rate=2e-2, schedule="cosine", batches=1200, copies=4),
        resume=Resume("sgd", 0.15, batches=60, batch_size=400, copies=20, pull=0.001),
    ),
    Family(
        name="original",
        encoding="canvas20",
        build_model=build_original,
        recipe=Recipe(optimizer="sgd", learning_rate=0.5, schedule="constant", batches=1000, copies=2),
        resume=Resume("sgd", 0.05, batches=60, batch_size=300, copies=20, pull=0.001),
    ),
)
