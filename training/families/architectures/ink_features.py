"""Features of an `ink20` snapshot by fixed formulas: directions and bends of lines, where the ink is, and how much.

Nothing in here is learned. `softmax` weighs these features alone; `cnn` has some of them for a head start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from keras import ops

DIRECTIONS = 8  # of lines, over half a turn: a stroke's two edges count alike, so a thick pen looks like a thin one
PAIR_DIRECTIONS = 6  # 6 x 6 pairs are enough to tell bends and corners; 8 x 8 cost twice as much
PAIR_OFFSETS = ((0, 2), (2, 0), (2, 2), (2, -2))  # of the 10x10 map; 2 apart beat 1 apart by .006, bends are that large
PAIR_REACH = 2  # the farthest of these
REACH_GATES = 8  # soft bins of log(ink length / box side): how far along a drawing is, as far as a snapshot tells
FEW_GATES = 4  # for parts that are many
REACH_RANGE = (-0.3, 1.6)  # of that logarithm: below, a dot or a straight line; above, e^1.6 = 5 sides of ink
FLOOR = 1e-4  # square roots are steep at 0; this much energy is noise


@dataclass(frozen=True, slots=True)
class Bins:
    """Points evenly from low to high, of which a value has shares in the two nearest."""

    value: int  # which column of the values
    low: float
    high: float
    count: int


# Columns of `where`.
X0, X1, Y0, Y1, X, Y, LONGER = range(7)
# Their bins, for every family whose encoding has the place.
EDGE_BINS = tuple(Bins(edge, -0.36, 0.36, 8) for edge in (X0, X1, Y0, Y1))
MIDDLE_BINS = (Bins(X, -0.2, 0.2, 5), Bins(Y, -0.25, 0.25, 5))
FEW_MIDDLE_BINS = (Bins(X, -0.2, 0.2, 3), Bins(Y, -0.25, 0.25, 3))
SIZE_BINS = Bins(LONGER, -2.5, -0.3, 4)
REACH = LONGER + 1  # the column after them


def gated_parts(cells: Any, place: Any) -> list[tuple[Any, Any]]:
    """The features as pairs (gates (N, m), parts (N, n)): every product of the two is a feature."""
    picture = ops.expand_dims(cells, -1)
    reach = ops.log(ink_length(cells, picture) / 16)  # the crop's box is 16 cells on its longer side
    edges, x, y, few_x, few_y, size, gates, few_gates = soft_bins(
        ops.concatenate([where(place), reach], -1),
        [EDGE_BINS, *((bins,) for bins in (*MIDDLE_BINS, *FEW_MIDDLE_BINS, SIZE_BINS)),
         (Bins(REACH, *REACH_RANGE, REACH_GATES),), (Bins(REACH, *REACH_RANGE, FEW_GATES),)],
    )  # fmt: skip

    seen = slopes(picture)
    lines = pool(directions(seen, DIRECTIONS))  # (N, 10, 10, 8)
    pair_lines = root(pool(directions(seen, PAIR_DIRECTIONS)))
    coarse = ops.average_pool(lines[:, 1:, 1:, :], 3, 3)  # (N, 3, 3, 8)

    return [
        (gates, flat(root(lines))),  # which way lines run, where
        (gates, edges),  # where the ink's box is on the canvas
        (gates, outer(outer(x, y), size)),  # where and how large, together
        (outer(few_gates, outer(few_x, few_y)), flat(root(coarse))),  # a beginning's shape where it is
        (few_gates, flat(pairs(pair_lines))),  # bends, corners, crossings: two directions near each other
    ]


def where(place: Any) -> Any:
    """The ink's box about the canvas's middle, in units of the canvas's longer side: (N, 7).

    Its four edges, its middle, and the logarithm of its longer side.
    """
    # One product in place of a dozen steps, each of which costs LiteRT as much as many multiply-accumulates.
    from_place = np.array(  # of width, height, x0, y0, x1, y1
        [
            [-0.5, -0.5, 0, 0, -0.5, 0, 0, 0],
            [0, 0, -0.5, -0.5, 0, -0.5, 0, 0],
            [1, 0, 0, 0, 0.5, 0, -1, 0],
            [0, 0, 1, 0, 0, 0.5, 0, -1],
            [0, 1, 0, 0, 0.5, 0, 1, 0],
            [0, 0, 0, 1, 0, 0.5, 0, 1],
        ],
        np.float32,
    )
    box = ops.matmul(place, ops.convert_to_tensor(from_place))  # px
    longest = ops.max(place[:, :2], 1, keepdims=True)
    longer = ops.maximum(ops.max(box[:, LONGER:], 1, keepdims=True), 1.0)
    return ops.concatenate([box[:, :LONGER] / longest, ops.log(longer / longest)], -1)


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
    """The edges of the ink, (N, 20, 20, 2): the gradient at twice its angle, by the root of its strength.

    Twice the angle: opposite gradients, a stroke's two edges, become one direction.
    """
    right = np.outer((0.25, 0.5, 0.25), (-0.5, 0, 0.5)).astype(np.float32)
    # The square of gradient x + iy, whose parts are (x + y)(x - y) and 2 x y. Both at once: parting channels is slow.
    one = ops.conv(picture, _kernel(right + right.T, 2 * right), padding="same")
    other = ops.conv(picture, _kernel(right - right.T, right.T), padding="same")
    squared = one * other
    both = ops.convert_to_tensor(np.ones((1, 1, 2, 2), np.float32))
    fourth_power = ops.conv(squared * squared, both)  # of the strength, in either channel
    square = ops.sqrt(fourth_power) + 1e-6
    strength = ops.sqrt(square)
    return squared / (strength * ops.sqrt(ops.sqrt(fourth_power / square + 1e-6)))


def _kernel(*filters: Any) -> Any:
    """Filters (3, 3) of one channel, as a convolution has them."""
    return ops.convert_to_tensor(np.stack(filters, -1)[:, :, None])


def directions(edges: Any, count: int) -> Any:
    """The amount of line in each of `count` directions at each cell, (N, 20, 20, count), from `slopes`."""
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
    every = ops.pad(every, ((0, 0), (0, PAIR_REACH), (PAIR_REACH, PAIR_REACH), (0, 0)))
    out = []
    for down, right in PAIR_OFFSETS:
        there = every[:, down : down + side, PAIR_REACH + right : PAIR_REACH + right + side]
        out.append(ops.average_pool(here * there, 2, 2))
    return root(ops.concatenate(out, -1))


def root(energy: Any) -> Any:
    """Square root: a faint line counts nearly as much as a strong one. 0 stays 0."""
    return ops.sqrt(energy + FLOOR) - FLOOR**0.5


def soft_bins(values: Any, groups: Sequence[Sequence[Bins]]) -> list[Any]:
    """Values (N, k) -> for each group the shares of all its bins, (N, count); beyond the outermost, it has them all."""
    bins = [each for group in groups for each in group]
    owner = np.repeat(np.arange(len(bins)), [each.count for each in bins])
    lasts = np.array([each.count - 1 for each in bins], np.float32)
    scales = lasts / np.array([each.high - each.low for each in bins], np.float32)
    lows = np.array([each.low for each in bins], np.float32)
    numbers = np.concatenate([np.arange(each.count, dtype=np.float32) for each in bins])
    # Of all bins at once: each column of the product is one value, at one bin's scale.
    spread = np.zeros((values.shape[1], len(owner)), np.float32)
    spread[[bins[each].value for each in owner], np.arange(len(owner))] = scales[owner]
    position = ops.matmul(values, ops.convert_to_tensor(spread)) - (lows * scales)[owner]
    shares = ops.relu(1.0 - ops.abs(ops.minimum(ops.relu(position), lasts[owner]) - numbers))
    ends = np.cumsum([sum(each.count for each in group) for group in groups])
    return [shares[:, end - sum(each.count for each in group) : end] for group, end in zip(groups, ends, strict=True)]


def outer(a: Any, b: Any) -> Any:
    """All products, (N, m) and (N, n) -> (N, m n): `b` gated by `a`."""
    return ops.reshape(ops.expand_dims(a, 2) * ops.expand_dims(b, 1), (-1, a.shape[-1] * b.shape[-1]))


def flat(maps: Any) -> Any:
    return ops.reshape(maps, (-1, int(np.prod(maps.shape[1:]))))
