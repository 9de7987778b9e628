"""The snapshot contract `ink20/2`: shrinks or enlarges the ink of a canvas to 20x20 bytes with integer arithmetic.

The same steps are in `frontend/js/ink/snapshots/ink20_2.js`; `tests/vectors/` holds both to the same bits.
`docs/snapshot.md` describes the contract.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from collector.ink.snapshot import (
    GRID,
    MAX_CANVAS_SIDE,
    MIN_CONTRAST,
    Ink20,
    Place,
    SnapshotError,
    check_canvas,
    place_of,
    unpack_ink20,
)

PLACE_SIDE = 500  # the longer side of the canvas in `place`, whatever its size in px
PARTS = 2000  # of a pixel's side, in which cells are measured
BOX_PARTS = PARTS // 16  # of a cell, for each px of the box's longer side: the box fills 16 cells
LEAST_PARTS = 2 * PARTS // PLACE_SIDE  # of a cell, for each px of the canvas's longer side: a dot stays a dot

FLOAT32_PARTS = 2**24 // 255  # of a cell: sums over one axis are exact in float32, in whatever order they are added
_EDGES = np.arange(GRID + 1, dtype=np.float32)[:, None]
_PIXELS = np.arange(MAX_CANVAS_SIDE, dtype=np.float32) * PARTS
ONE_THREAD = 2**18  # multiply-accumulates of a product that OpenBLAS leaves to one thread


def to_ink20_2(canvas: NDArray[np.uint8]) -> Ink20:
    """Crops the canvas (height, width) to its ink, with a margin of an eighth, and resamples it to 20x20.

    Raises:
        SnapshotError: not a grayscale uint8 canvas of 1 to 2048 px a side.
    """
    return ink20_2_of(contrast_of(canvas))


def contrast_of(canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink in each pixel, 0 (paper) to 255 (the strongest ink on this canvas), (height, width).

    Paper is the lower median of all pixels; ink lies on the side of it that differs more in total.

    Raises:
        SnapshotError: not a grayscale uint8 canvas of 1 to 2048 px a side.
    """
    check_canvas(canvas)
    table = contrast_table(np.array(Image.fromarray(canvas).histogram(), np.int64))
    return np.zeros_like(canvas) if table is None else look_up(canvas, table)


def contrast_table(counts: NDArray[np.int64]) -> NDArray[np.uint8] | None:
    """The ink of each gray level, (256,), from the number of pixels of each; None for a canvas without ink."""
    paper = int(np.searchsorted(np.cumsum(counts), (int(counts.sum()) + 1) // 2))
    below = paper - np.arange(256)
    total = int((counts * below).sum())  # what is darker less what is lighter
    contrast = np.maximum(below if total >= 0 else -below, 0)
    strongest = int(contrast[counts > 0].max())
    if strongest < MIN_CONTRAST:
        return None
    return ((np.minimum(contrast, strongest) * 255 + strongest // 2) // strongest).astype(np.uint8)


def look_up(canvas: NDArray[np.uint8], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`table[canvas]`; bytes look it up five times as fast as arrays."""
    return np.frombuffer(canvas.tobytes().translate(table.tobytes()), np.uint8).reshape(canvas.shape)


def ink20_2_of(ink: NDArray[np.uint8]) -> Ink20:
    """`to_ink20_2` from the result of `contrast_of`, (height, width)."""
    box = place_of(ink)
    if box.is_blank:
        return Ink20(np.zeros((GRID, GRID), np.uint8), scaled_place(box))
    return Ink20(cells_around(ink, box), scaled_place(box))


def cells_around(ink: NDArray[np.uint8], box: Place, left: int = 0, top: int = 0) -> NDArray[np.uint8]:
    """The mean ink in each of the 20x20 cells about the box.

    `ink` is the part of the canvas, (height, width), whose corner is (left, top); the rest is blank.
    """
    cell = max(BOX_PARTS * max(box.x1 - box.x0, box.y1 - box.y0), LEAST_PARTS * max(box.width, box.height))
    height, width = ink.shape
    x, across = _shares(box.x0 + box.x1 - 2 * left, cell, width)
    y, down = _shares(box.y0 + box.y1 - 2 * top, cell, height)
    rows = _row_sums(down, ink[y : y + down.shape[1], x : x + across.shape[1]], cell)
    # A full cell comes to 255 times the square of its side in parts, which float64 holds exactly.
    sums = rows.astype(np.float64) @ across.T.astype(np.float64)
    area = cell * cell
    return np.floor((2 * sums + area) / (2 * area)).astype(np.uint8)


def _shares(twice_middle: int, cell: int, size: int) -> tuple[int, NDArray[np.float32]]:
    """The first pixel that cells cover on one axis, and how many parts of each pixel lie in each cell, (20, pixels)."""
    start = twice_middle * (PARTS // 2) - GRID // 2 * cell
    first, end = max(start // PARTS, 0), min(-(-(start + GRID * cell) // PARTS), size)
    edges = _EDGES * np.float32(cell) + np.float32(start - PARTS * first)
    before = edges - _PIXELS[: end - first]  # parts of each pixel before each edge
    before = np.minimum(np.maximum(before, 0, out=before), PARTS, out=before)
    return first, before[1:] - before[:-1]


def _row_sums(down: NDArray[np.float32], window: NDArray[np.uint8], cell: int) -> NDArray[np.floating]:
    """`down @ window`, (20, columns), exactly."""
    if cell > FLOAT32_PARTS:
        return np.asarray(down.astype(np.float64) @ window.astype(np.float64))
    height, width = window.shape
    # In products so small that a BLAS does not spread them over threads, which takes ten times as long.
    step = max(1, ONE_THREAD // (GRID * width))
    whole = height - height % step
    parts = down[:, :whole].reshape(GRID, -1, step).swapaxes(0, 1) @ window[:whole].reshape(-1, step, width).astype(
        np.float32
    )
    return np.asarray(parts.sum(axis=0) + down[:, whole:] @ window[whole:].astype(np.float32))


def scaled_place(place: Place) -> Place:
    """The place on the canvas as it would be with a longer side of PLACE_SIDE; the box is rounded outwards."""
    side = max(place.width, place.height)

    def up(px: int) -> int:
        return -(-px * PLACE_SIDE // side)

    x0, y0 = place.x0 * PLACE_SIDE // side, place.y0 * PLACE_SIDE // side
    return Place(up(place.width), up(place.height), x0, y0, up(place.x1), up(place.y1))


def unpack_ink20_2(payload: bytes) -> Ink20:
    """Reads the bytes that `pack_ink20` makes of a snapshot of this contract.

    Raises:
        SnapshotError: not 412 bytes, a box that is not on its canvas, or a canvas whose longer side is not PLACE_SIDE.
    """
    snapshot = unpack_ink20(payload)
    width, height = snapshot.place.width, snapshot.place.height
    if max(width, height) != PLACE_SIDE:
        raise SnapshotError(f"a canvas of {width}x{height} in ink20/2, expected a longer side of {PLACE_SIDE}")
    return snapshot
