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
from collector.ink.uneven_paper import COARSE, Gray, contrast_on_uneven_paper, distance_of, widened

LARGEST_SIDE = 1024  # px; a larger picture is shrunk by a whole number first, which loses nothing in 20x20 cells
CLEAN_SHARE = 0.5  # of the pixels that have exactly the paper's level
SOLID_INK = 200  # of 255: ink in the middle of a line
FAINT_SHARE = 0.03  # of the cells that may hold weaker ink away from any line
RIM = 2  # cells either side of a line, where its rim may be
SOLID_ALPHA = 128
CLEAR_SHARE = 0.25  # of the pixels; a picture with round corners has fewer
SAMPLED = 20_000  # pixels, at least, that the paper's colour is taken from
ONE_COLOUR = 48  # of 255: visible pixels that differ less are ink alone, without paper

TRIMMED = 0.05  # of a side: ink that comes nearer to all four is trimmed
TYPICAL_BOX = 0.6  # of the canvas: the longer side of the ink's box, where the picture doesn't show it


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
    return ink if _is_clean(counts, table, ink) else contrast_on_uneven_paper(gray[..., None])


def _is_clean(counts: NDArray[np.int64], table: Gray, ink: Gray) -> bool:
    """True if most pixels have exactly the paper's level, and the others are lines: a shadow is weak and wide."""
    if int(counts.max()) < CLEAN_SHARE * ink.size:
        return False
    weak = int(counts[(table > 0) & (table < SOLID_INK)].sum())
    if weak <= FAINT_SHARE * ink.size:
        return True
    strongest = _block_maxima(without_marks(ink), -(-max(ink.shape) // COARSE))
    near_lines = widened(strongest.astype(np.float32), 2 * RIM + 1) >= SOLID_INK
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
    distance = distance_of(colours.astype(np.float32) - paper.astype(np.float32))
    counts = np.bincount(distance.reshape(-1), minlength=256)
    table = contrast_table(counts)
    if table is None:
        return np.zeros_like(distance)
    ink = look_up(distance, table)
    return ink if counts[0] == counts.max() and _is_clean(counts, table, ink) else contrast_on_uneven_paper(colours)


def _commonest_colour(colours: Gray) -> Gray:
    """The median of the pixels (n, 3) in the fullest of 16x16x16 cells; of a large picture, of some of its pixels."""
    colours = colours[:: max(1, len(colours) // SAMPLED)]
    cells = (colours >> 4).astype(np.int32) @ np.array([256, 16, 1], np.int32)
    fullest = int(np.bincount(cells).argmax())
    return np.asarray(np.median(colours[cells == fullest], axis=0), np.uint8)


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
