"""Finds the ink on paper with grain, a gradient or a soft shadow: estimates the paper's level everywhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.ink20_2 import look_up
from collector.ink.snapshot import MIN_CONTRAST

COARSE = 48  # cells a side, in which uneven paper is looked at
RIDGE = 1e-3  # few cells leave the polynomial undetermined
DEGREE = 3  # of the polynomial that is the first estimate of the paper
NEAR = 3  # cells either side, over which the paper's level is averaged
WIDEST_LINE = 0.27  # of the picture's side: what is narrower is taken for ink, what is wider for a shadow
NOISE_SDS = 4.0
LIGHT = 128  # of 255: paper that is lighter can be in a shadow
MOST_GAIN = 3.0
FAINT_INK = 0.2  # of the ink's level: what is weaker is left of a shadow

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]


def contrast_on_uneven_paper(picture: Gray) -> Gray:
    """Ink from 0 to 255, (height, width), of a picture (height, width, channels)."""
    paper = _paper_of(picture)
    distance = _lit_evenly(distance_of(picture.astype(np.float32) - paper), paper)
    counts = np.bincount(distance.reshape(-1), minlength=256)
    noise = 1.48 * float(np.searchsorted(np.cumsum(counts), (distance.size + 1) // 2))
    threshold = _otsu(counts)
    solid = counts.copy()
    solid[: threshold + 1] = 0
    if not solid.any():
        return np.zeros_like(distance)
    level = float(np.searchsorted(np.cumsum(solid), 0.6 * solid.sum()))
    if level < max(MIN_CONTRAST, NOISE_SDS * noise):
        return np.zeros_like(distance)
    levels = np.arange(256)
    ink = np.where(levels > max(NOISE_SDS * noise, FAINT_INK * level), levels * (255 / level), 0)
    return look_up(distance, np.clip(np.rint(ink), 0, 255).astype(np.uint8))


def distance_of(difference: Plane) -> Gray:
    """The root mean square over the channels, (height, width, channels) -> (height, width): 255 for black on white."""
    mean = np.einsum("ijk,ijk->ij", difference, difference) / difference.shape[2]
    return np.asarray(np.minimum(np.rint(np.sqrt(mean)), 255), np.uint8)


def _lit_evenly(distance: Gray, paper: Plane) -> Gray:
    """The distance as if the paper was as light everywhere as where it is lightest: shadows weaken ink too."""
    light = paper.mean(axis=2)
    lightest = float(np.quantile(light[::8, ::8], 0.95))
    if lightest < LIGHT:
        return distance
    gain = np.clip(lightest / np.maximum(light, 1), 1, MOST_GAIN)
    return np.asarray(np.minimum(np.rint(distance * gain), 255), np.uint8)


def _otsu(counts: NDArray[np.int64]) -> int:
    """The level that parts the histogram (256,) into two classes of the least variance within; N. Otsu, 1979."""
    levels = np.arange(256)
    below = np.cumsum(counts).astype(np.float64)
    moment = np.cumsum(counts * levels).astype(np.float64)
    above = below[-1] - below
    both = np.maximum(below * above, 1)
    between = (moment[-1] * below / below[-1] - moment) ** 2 / both
    return int(between.argmax())


def _paper_of(picture: Gray) -> Plane:
    """The paper's level everywhere, (height, width, channels), as if nothing was drawn on it."""
    height, width, channels = picture.shape
    scale = min(1.0, COARSE / max(height, width))
    columns, rows = max(2, round(width * scale)), max(2, round(height * scale))
    coarse = np.stack(
        [_resized(picture[..., channel], columns, rows, Image.Resampling.BOX) for channel in range(channels)], axis=2
    )
    # Ink is what is narrow on one side of the paper's level; which side shows against the first estimate.
    residual = coarse - _first_estimate(coarse)
    dark_ink = (residual**3).sum(axis=(0, 1)) < 0
    window = round(WIDEST_LINE * max(rows, columns)) | 1
    sign = np.where(dark_ink, 1, -1).astype(np.float32)
    paper = sign * -widened(-widened(sign * coarse, window), window)
    return np.stack(
        [_resized(paper[..., channel], width, height, Image.Resampling.BILINEAR) for channel in range(channels)], axis=2
    )


def _first_estimate(coarse: Plane) -> Plane:
    """The paper's level in cells (rows, columns, channels): a surface, and the cells near it."""
    smooth = _fitted(coarse)
    is_paper = _paper_mask(coarse - smooth)
    return _averaged(coarse - smooth, is_paper, NEAR) + smooth


def widened(plane: Plane, window: int) -> Plane:
    """The maximum over a square of `window` cells a side about each; outside, the plane is mirrored."""
    for axis in (0, 1):
        reach = min(window // 2, plane.shape[axis])
        padding = [(reach, reach) if each == axis else (0, 0) for each in range(plane.ndim)]
        padded = np.pad(plane, padding, "symmetric")
        plane = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis).max(axis=-1)
    return plane


def _resized(plane: NDArray[np.generic], width: int, height: int, how: Image.Resampling) -> Plane:
    return np.asarray(Image.fromarray(plane.astype(np.float32)).resize((width, height), how))


def _fitted(coarse: Plane) -> Plane:
    """A polynomial surface through the paper's cells, (rows, columns, channels), found by leaving out the ink's."""
    rows, columns, channels = coarse.shape
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    terms = np.stack([x**i * y**j for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)], axis=-1)
    flat, values = terms.reshape(-1, terms.shape[-1]), coarse.reshape(-1, channels).astype(np.float64)
    fitted = np.broadcast_to(np.median(values, axis=0), values.shape)
    # Each round fits the cells that the round before came nearest to.
    for share in (0.6, 0.7, 0.8):
        error = np.abs(values - fitted).max(axis=1)
        near = error <= np.quantile(error, share)
        chosen = flat[near]
        # The normal equations: a few products, where a decomposition of all rows takes twenty times as long.
        square = chosen.T @ chosen + RIDGE * np.eye(flat.shape[1])
        fitted = flat @ np.linalg.solve(square, chosen.T @ values[near])
    return fitted.reshape(coarse.shape).astype(np.float32)


def _paper_mask(residual: Plane) -> NDArray[np.bool_]:
    """A mask of the cells (rows, columns) that hold no ink."""
    distance = distance_of(residual)
    counts = np.bincount(distance.reshape(-1), minlength=256)
    grain = 1.48 * float(np.searchsorted(np.cumsum(counts), (distance.size + 1) // 2))
    return np.asarray(distance <= max(min(_otsu(counts), 48), 3 * grain, 4))


def _averaged(values: Plane, mask: NDArray[np.bool_], reach: int) -> Plane:
    """The mean of the masked cells within `reach`, and farther off where there are none."""
    weight = mask.astype(np.float32)
    total = values * weight[..., None]
    mean = np.zeros_like(values)
    filled = np.zeros_like(mask)
    while not filled.all() and reach < 2 * COARSE:
        sums, weights = _box_sums(total, reach), _box_sums(weight[..., None], reach)
        new = ~filled & (weights[..., 0] > 0.5)
        mean[new] = sums[new] / weights[new]
        filled |= new
        reach *= 2
    return mean


def _box_sums(values: Plane, reach: int) -> Plane:
    """The sum over a square of 2 reach + 1 cells a side about each, (rows, columns, channels)."""
    boxes = values.astype(np.float64)
    for axis in (0, 1):
        size = boxes.shape[axis]
        sums = np.insert(np.cumsum(boxes, axis=axis), 0, 0.0, axis=axis)
        ends, starts = np.minimum(np.arange(size) + reach + 1, size), np.maximum(np.arange(size) - reach, 0)
        boxes = np.take(sums, ends, axis) - np.take(sums, starts, axis)
    return boxes.astype(np.float32)
