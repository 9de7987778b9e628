"""Features of an `ink20` snapshot by fixed formulas: which way lines run and bend, where the ink is, how much of it.

Nothing in here is learned. `softmax` weighs these features alone; `cnn` has some of them for a head start.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

DIRECTIONS = 8  # of lines, over half a turn: a stroke's two edges count alike, so a thick pen looks like a thin one
PAIR_DIRECTIONS = 6  # 6 x 6 pairs are enough to tell bends and corners; 8 x 8 cost twice as much
PAIR_OFFSETS = ((0, 2), (2, 0), (2, 2), (2, -2))  # of the 10x10 map; 2 apart beat 1 apart by .006, bends are that large
REACH_GATES = 8  # soft bins of log(ink length / box side): how far along a drawing is, as far as a snapshot tells
FEW_GATES = 4  # for parts that are many
REACH_RANGE = (-0.3, 1.6)  # of that logarithm: below, a dot or a straight line; above, e^1.6 = 5 sides of ink
FLOOR = 1e-4  # square roots are steep at 0; this much energy is noise


def gated_parts(cells: Any, place: Any) -> list[tuple[Any, Any]]:
    """The features as pairs (gates (N, m), parts (N, n)): every product of the two is a feature."""
    picture = ops.expand_dims(cells, -1)
    box = box_of(place)
    reach = ops.log(ink_length(cells, picture) / 16)  # the crop's box is 16 cells on its longer side
    gates, few_gates = (soft_bins(reach, *REACH_RANGE, n) for n in (REACH_GATES, FEW_GATES))
    size = soft_bins(ops.log(box["longer"]), -2.5, -0.3, 4)

    seen = slopes(picture)
    lines = pool(directions(seen, DIRECTIONS))  # (N, 10, 10, 8)
    pair_lines = root(pool(directions(seen, PAIR_DIRECTIONS)))
    coarse = ops.average_pool(lines[:, 1:, 1:, :], 3, 3)  # (N, 3, 3, 8)

    edges = ops.concatenate([soft_bins(box[side], -0.36, 0.36, 8) for side in ("x0", "x1", "y0", "y1")], -1)
    middle = outer(soft_bins(box["x"], -0.2, 0.2, 5), soft_bins(box["y"], -0.25, 0.25, 5))
    few_middles = outer(soft_bins(box["x"], -0.2, 0.2, 3), soft_bins(box["y"], -0.25, 0.25, 3))
    return [
        (gates, flat(root(lines))),  # which way lines run, where
        (gates, edges),  # where the ink's box is on the canvas
        (gates, outer(middle, size)),  # where and how large, together
        (outer(few_gates, few_middles), flat(root(coarse))),  # a beginning's shape where it is
        (few_gates, flat(pairs(pair_lines))),  # bends, corners, crossings: two directions near each other
    ]


def box_of(place: Any) -> dict[str, Any]:
    """The ink's box in units of the canvas's longer side, about the canvas's middle; each (N, 1)."""
    width, height, x0, y0, x1, y1 = (place[:, i : i + 1] for i in range(6))
    side = ops.maximum(width, height)
    return {
        "x0": (x0 - width / 2) / side,
        "x1": (x1 - width / 2) / side,
        "y0": (y0 - height / 2) / side,
        "y1": (y1 - height / 2) / side,
        "x": (x0 + x1 - width) / 2 / side,
        "y": (y0 + y1 - height) / 2 / side,
        "longer": ops.maximum(ops.maximum(x1 - x0, y1 - y0), 1.0) / side,
    }


def ink_length(cells: Any, picture: Any) -> Any:
    """Ink length in cells, (N, 1), whatever the pen's width: half the outline, corrected for pens thinner than a cell.

    A stroke of length L and width w has mass Lw and an outline 2L; a thin one never fills its cells, so that the mean
    level where there is ink, sum(c^2)/sum(c), falls below 1 as w does. The constants are a least-squares fit to true
    lengths, pens of 6 to 28 px: within 15 % (one sd).
    """
    mass = ops.sum(cells, (1, 2)) + 0.05
    steps = np.zeros((2, 2, 1, 2), np.float32)
    steps[0, :, 0, 0] = steps[:, 0, 0, 1] = (-1, 1)
    rises = ops.conv(picture, ops.convert_to_tensor(steps), padding="valid")
    outline = ops.sum(ops.sqrt(ops.sum(rises * rises, -1) + 1e-8), (1, 2)) + 0.05
    level = ops.sum(cells * cells, (1, 2)) / mass + 0.01
    return ops.reshape(0.31 * ops.exp(1.27 * ops.log(outline / (2 * level))), (-1, 1))


def slopes(picture: Any) -> Any:
    """Where ink begins and ends, (N, 20, 20, 2): the gradient at twice its angle, by the root of its strength.

    Twice the angle: opposite gradients, a stroke's two edges, become one direction.
    """
    kernel = np.zeros((3, 3, 1, 2), np.float32)
    kernel[:, :, 0, 0] = np.outer((0.25, 0.5, 0.25), (-0.5, 0, 0.5))
    kernel[:, :, 0, 1] = kernel[:, :, 0, 0].T
    gradient = ops.conv(picture, ops.convert_to_tensor(kernel), padding="same")
    gx, gy = gradient[..., :1], gradient[..., 1:]
    strength = ops.sqrt(gx * gx + gy * gy + 1e-6)
    double_x, double_y = (gx * gx - gy * gy) / strength, 2 * gx * gy / strength
    root_of_strength = ops.sqrt(ops.sqrt(double_x * double_x + double_y * double_y + 1e-6))
    return ops.concatenate([double_x, double_y], -1) / root_of_strength


def directions(edges: Any, count: int) -> Any:
    """How much line runs each of `count` ways at each cell, (N, 20, 20, count), from `slopes`."""
    angles = np.arange(count, dtype=np.float32) * np.float32(2 * np.pi / count)
    turns = np.stack([np.cos(angles), np.sin(angles)]).astype(np.float32)
    # A convolution of one cell: LiteRT has it in one step, which is a sixth of the time of the products one by one.
    along = ops.relu(ops.conv(edges, ops.convert_to_tensor(turns[None, None])))
    return along * along  # a narrower lobe than the cosine


def pool(maps: Any) -> Any:
    """(N, 20, 20, c) -> (N, 10, 10, c), each cell a binomial bump over 4x4."""
    bump = np.outer((1, 3, 3, 1), (1, 3, 3, 1)).astype(np.float32) / 32
    kernel = np.repeat(bump[:, :, None, None], maps.shape[-1], 2)
    return ops.depthwise_conv(maps, ops.convert_to_tensor(kernel), strides=2, padding="same")


def pairs(maps: Any) -> Any:
    """Mean products of each direction here with each at an offset, over 2x2 cells: (N, 5, 5, c c offsets)."""
    side, count = maps.shape[1], maps.shape[3]
    each = np.eye(count, dtype=np.float32)
    # As convolutions, each direction `count` times over, and all of them `count` times: every pair meets once.
    here = ops.conv(maps, ops.convert_to_tensor(np.repeat(each, count, 1)[None, None]))
    every = ops.conv(maps, ops.convert_to_tensor(np.tile(each, count)[None, None]))
    out = []
    for down, right in PAIR_OFFSETS:
        before, after = max(0, -right), max(0, right)
        there = ops.pad(every, ((0, 0), (0, down), (before, after), (0, 0)))[
            :, down : down + side, after : after + side
        ]
        out.append(ops.average_pool(here * there, 2, 2))
    return root(ops.concatenate(out, -1))


def root(energy: Any) -> Any:
    """Square root: a faint line counts nearly as much as a strong one. 0 stays 0."""
    return ops.sqrt(energy + FLOOR) - FLOOR**0.5


def soft_bins(value: Any, low: float, high: float, count: int) -> Any:
    """(N, 1) -> (N, count): shares of the two nearest of `count` points from low to high; beyond them, the last."""
    position = ops.clip((value - low) * ((count - 1) / (high - low)), 0.0, count - 1.0)
    return ops.relu(1.0 - ops.abs(position - np.arange(count, dtype=np.float32)))


def outer(a: Any, b: Any) -> Any:
    """All products, (N, m) and (N, n) -> (N, m n): `b` gated by `a`."""
    return ops.reshape(ops.expand_dims(a, 2) * ops.expand_dims(b, 1), (-1, a.shape[-1] * b.shape[-1]))


def flat(maps: Any) -> Any:
    return ops.reshape(maps, (-1, int(np.prod(maps.shape[1:]))))
