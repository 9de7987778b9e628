"""Finds the ink in a picture by a stranger: any paper, any ink, with shadow, frame, ruled lines and specks removed.

It runs before the snapshot contracts, which expect clean canvases. A clean picture comes out as the contracts read it.
`docs/snapshot.md` says what is promised.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.ink20_2 import contrast_table, look_up
from collector.ink.marks import without_marks
from collector.ink.snapshot import INK_LEVEL, MIN_CONTRAST

LARGEST_SIDE = 1024  # px; a larger picture is shrunk by a whole number first, which loses nothing in 20x20 cells
CLEAN_SHARE = 0.5  # of the pixels that have exactly the paper's level
SOLID_INK = 200  # of 255: ink in the middle of a line
FAINT_SHARE = 0.03  # of the cells that may hold weaker ink away from any line
RIM = 2  # cells either side of a line, where its rim may be
SOLID_ALPHA = 128
CLEAR_SHARE = 0.25  # of the pixels; a picture with round corners has fewer
SAMPLED = 20_000  # pixels, at least, that the paper's colour is taken from
ONE_COLOUR = 48  # of 255: visible pixels that differ less are ink alone, without paper

# Uneven paper is looked at in this many cells a side.
COARSE = 48
RIDGE = 1e-3  # few cells leave the polynomial undetermined
DEGREE = 3  # of the polynomial that is the first estimate of the paper
NEAR = 3  # cells either side, over which the paper's level is averaged
WIDEST_LINE = 0.27  # of the picture's side: what is narrower is taken for ink, what is wider for a shadow
NOISE_SDS = 4.0
LIGHT = 128  # of 255: paper that is lighter can be in a shadow
MOST_GAIN = 3.0
FAINT_INK = 0.2  # of the ink's level: what is weaker is left of a shadow

TRIMMED = 0.05  # of a side: ink that comes nearer to all four is trimmed
TYPICAL_BOX = 0.6  # of the canvas: the longer side of the ink's box, where the picture doesn't show it

Gray = NDArray[np.uint8]
Plane = NDArray[np.float32]


def picture_ink(image: Image.Image) -> Gray:
    """Ink from 0 to 255 (the strongest), (height, width), of an image in mode L, LA, RGB or RGBA.

    The size is the picture's, unless it is large and shrunk, or trimmed to its ink and padded.
    """
    factor = -(-max(image.size) // LARGEST_SIDE)
    if factor > 1:
        image = image.reduce(factor)
    contrast = _contrast_of(image)
    cleaned = without_marks(contrast)
    if cleaned is not contrast and (strongest := int(cleaned.max())) < 255:
        if strongest < MIN_CONTRAST:
            return np.zeros_like(cleaned)
        cleaned = np.rint(cleaned * (255 / strongest)).astype(np.uint8)
    return _with_margin(cleaned)


def _contrast_of(image: Image.Image) -> Gray:
    if "A" in image.getbands():
        alpha = np.asarray(image.getchannel("A"))
        if alpha.min() < 255:
            return _contrast_on_nothing(np.asarray(image.convert("RGB")), alpha)
        image = image.convert("L" if image.mode == "LA" else "RGB")
    if image.mode == "L":
        return _contrast_of_gray(image)
    return _contrast_of_colours(image)


def _contrast_on_nothing(colours: Gray, alpha: Gray) -> Gray:
    """Of a picture with transparent parts: these are the paper, or all but the paper's corners is opaque."""
    visible = alpha >= SOLID_ALPHA
    if not visible.any():
        return _contrast_of_gray(Image.fromarray(alpha))
    shown = colours[visible].astype(np.int16)
    typical = np.median(shown, axis=0)
    clear_share = 1 - np.count_nonzero(visible) / visible.size
    spread = np.abs(shown - typical).max(axis=1)
    # A few pixels of another colour are the rim of antialiasing.
    if int(alpha.min()) < SOLID_ALPHA and (clear_share > CLEAR_SHARE or np.quantile(spread, 0.97) < ONE_COLOUR):
        return _contrast_of_gray(Image.fromarray(alpha))
    paper = _commonest_colour(shown.astype(np.uint8))
    share = alpha[..., None].astype(np.float32) / 255
    mixed = colours * share + paper.astype(np.float32) * (1 - share)
    return _contrast_of_colours(Image.fromarray(np.rint(mixed).astype(np.uint8)))


def _contrast_of_gray(image: Image.Image) -> Gray:
    gray = np.asarray(image)
    counts = np.array(image.histogram(), np.int64)
    table = contrast_table(counts)
    if table is None:
        return np.zeros_like(gray)
    ink = look_up(gray, table)
    return ink if _is_clean(counts, table, ink) else _contrast_on_uneven_paper(gray[..., None])


def _is_clean(counts: NDArray[np.int64], table: Gray, ink: Gray) -> bool:
    """True if most pixels have exactly the paper's level, and the others are lines: a shadow is weak and wide."""
    if int(counts.max()) < CLEAN_SHARE * ink.size:
        return False
    weak = int(counts[(table > 0) & (table < SOLID_INK)].sum())
    if weak <= FAINT_SHARE * ink.size:
        return True
    strongest = _block_maxima(without_marks(ink), -(-max(ink.shape) // COARSE))
    near_lines = _widened(strongest.astype(np.float32), 2 * RIM + 1) >= SOLID_INK
    return bool(np.count_nonzero((strongest > 0) & ~near_lines) <= FAINT_SHARE * strongest.size)


def _block_maxima(ink: Gray, block: int) -> Gray:
    height, width = ink.shape
    padded = np.pad(ink, ((0, -height % block), (0, -width % block)))
    rows, columns = padded.shape[0] // block, padded.shape[1] // block
    # Columns first, which are adjacent in memory.
    return np.asarray(padded.reshape(rows, block, -1).max(axis=1).reshape(rows, columns, block).max(axis=2))


def _contrast_of_colours(image: Image.Image) -> Gray:
    red, green, blue = image.split()
    if red.tobytes() == green.tobytes() == blue.tobytes():
        return _contrast_of_gray(red)
    colours = np.asarray(image)
    paper = _commonest_colour(colours.reshape(-1, 3))
    distance = _distance(colours.astype(np.float32) - paper.astype(np.float32))
    counts = np.bincount(distance.reshape(-1), minlength=256)
    table = contrast_table(counts)
    if table is None:
        return np.zeros_like(distance)
    ink = look_up(distance, table)
    return ink if counts[0] == counts.max() and _is_clean(counts, table, ink) else _contrast_on_uneven_paper(colours)


def _commonest_colour(colours: Gray) -> Gray:
    """The median of the pixels (n, 3) in the fullest of 16x16x16 cells; of a large picture, of some of its pixels."""
    colours = colours[:: max(1, len(colours) // SAMPLED)]
    cells = (colours >> 4).astype(np.int32) @ np.array([256, 16, 1], np.int32)
    fullest = int(np.bincount(cells).argmax())
    return np.asarray(np.median(colours[cells == fullest], axis=0), np.uint8)


def _distance(difference: Plane) -> Gray:
    """The root mean square over the channels, (height, width, channels) -> (height, width): 255 for black on white."""
    mean = np.einsum("ijk,ijk->ij", difference, difference) / difference.shape[2]
    return np.asarray(np.minimum(np.rint(np.sqrt(mean)), 255), np.uint8)


def _contrast_on_uneven_paper(picture: Gray) -> Gray:
    """Of a picture (height, width, channels) whose paper has grain, a gradient or a soft shadow."""
    paper = _paper_of(picture)
    distance = _lit_evenly(_distance(picture.astype(np.float32) - paper), paper)
    counts = np.bincount(distance.reshape(-1), minlength=256)
    noise = 1.48 * float(np.searchsorted(np.cumsum(counts), (distance.size + 1) // 2))
    threshold = otsu(counts)
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


def _lit_evenly(distance: Gray, paper: Plane) -> Gray:
    """The distance as if the paper was as light everywhere as where it is lightest: shadows weaken ink too."""
    light = paper.mean(axis=2)
    lightest = float(np.quantile(light[::8, ::8], 0.95))
    if lightest < LIGHT:
        return distance
    gain = np.clip(lightest / np.maximum(light, 1), 1, MOST_GAIN)
    return np.asarray(np.minimum(np.rint(distance * gain), 255), np.uint8)


def otsu(counts: NDArray[np.int64]) -> int:
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
    paper = sign * -_widened(-_widened(sign * coarse, window), window)
    return np.stack(
        [_resized(paper[..., channel], width, height, Image.Resampling.BILINEAR) for channel in range(channels)], axis=2
    )


def _first_estimate(coarse: Plane) -> Plane:
    """The paper's level in cells (rows, columns, channels): a surface, and the cells near it."""
    smooth = _fitted(coarse)
    is_paper = _paper_mask(coarse - smooth)
    return _averaged(coarse - smooth, is_paper, NEAR) + smooth


def _widened(plane: Plane, window: int) -> Plane:
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
    # Each round believes the cells that the round before came nearest to.
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
    distance = _distance(residual)
    counts = np.bincount(distance.reshape(-1), minlength=256)
    grain = 1.48 * float(np.searchsorted(np.cumsum(counts), (distance.size + 1) // 2))
    return np.asarray(distance <= max(min(otsu(counts), 48), 3 * grain, 4))


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


def _with_margin(ink: Gray) -> Gray:
    """With blank paper about ink that reaches all four sides: a trimmed picture doesn't show how large it was drawn."""
    inked = ink >= INK_LEVEL
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if len(rows) == 0:
        return ink
    height, width = ink.shape
    near = TRIMMED * max(height, width)
    gaps = (rows[0], height - 1 - rows[-1], columns[0], width - 1 - columns[-1])
    if max(gaps) > near:
        return ink
    side = math.ceil(max(height, width) / TYPICAL_BOX)
    down, right = side - height, side - width
    return np.pad(ink, ((down // 2, down - down // 2), (right // 2, right - right // 2)))
