"""The snapshot contracts `ink20/1` and `canvas20/1`: shrink a canvas to 20x20 bytes with integer numpy.

`ink20_2.py` has the contract that succeeds `ink20/1`.

The same steps are in `frontend/js/ink/snapshots/snapshot.js`; `tests/vectors/` holds both to the same bits.
`docs/snapshot.md` describes the contract.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

GRID = 20  # cells a side
CELLS = GRID * GRID
MAX_CANVAS_SIDE = 2048  # px; block sums stay far below 2**31
INK_LEVEL = 64  # of 255: weaker ink is paper grain or the rim of antialiasing, and does not extend the box
MIN_CONTRAST = 32  # of 255 between paper and strongest ink; below it a canvas counts as blank
MIN_BLOCK = 2  # px a cell: a dot is not blown up until it fills the grid

PLACE = struct.Struct("<6H")
INK20_BYTES = PLACE.size + CELLS
CANVAS20_BYTES = CELLS


class SnapshotError(ValueError):
    """The input is not a snapshot; the message says what came and what was expected."""


@dataclass(frozen=True, slots=True)
class Place:
    """The canvas's size and the ink's box in px, x1 and y1 exclusive. A blank canvas has a box of 0."""

    width: int
    height: int
    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def is_blank(self) -> bool:
        return self.x1 <= self.x0 or self.y1 <= self.y0

    def as_tuple(self) -> tuple[int, int, int, int, int, int]:
        return (self.width, self.height, self.x0, self.y0, self.x1, self.y1)


@dataclass(frozen=True, slots=True)
class Ink20:
    """A snapshot as `ink20/1` or `ink20/2`: uint8 cells (20, 20), 255 is full ink, and where on the canvas it is."""

    cells: NDArray[np.uint8]
    place: Place


def to_ink20(canvas: NDArray[np.uint8]) -> Ink20:
    """Crops the canvas (height, width) to its ink, with a margin of an eighth, and shrinks it to 20x20.

    Raises:
        SnapshotError: not a grayscale uint8 canvas of 1 to 2048 px a side.
    """
    return ink20_of(ink_of(canvas))


def ink20_of(ink: NDArray[np.uint8]) -> Ink20:
    """`to_ink20` or `to_canvas20` from the result of `ink_of`, (height, width)."""
    place = place_of(ink)
    if place.is_blank:
        return Ink20(np.zeros((GRID, GRID), np.uint8), place)
    longer = max(place.x1 - place.x0, place.y1 - place.y0)
    block = max(MIN_BLOCK, (longer + 15) // 16)  # 1.25 x the longer side, up to a multiple of 20, over 20
    side = GRID * block
    left = (place.x0 + place.x1 - side) // 2
    top = (place.y0 + place.y1 - side) // 2
    return Ink20(_block_means(_window(ink, left, top, side), block), place)


def to_canvas20(canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The framing of 2016: the whole canvas from its top left corner, shrunk to (20, 20); 25-fold for 500x500.

    Raises:
        SnapshotError: not a grayscale uint8 canvas of 1 to 2048 px a side.
    """
    return canvas20_of(ink_of(canvas))


def canvas20_of(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`to_ink20` or `to_canvas20` from the result of `ink_of`, (height, width)."""
    block = -(-max(ink.shape) // GRID)
    return _block_means(_window(ink, 0, 0, GRID * block), block)


def ink_of(canvas: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink in each pixel, 0 (paper) to 255 (the strongest ink on this canvas), (height, width).

    The paper's level is the median of the canvas's border; ink lies on the far side of it.
    """
    check_canvas(canvas)
    paper = _paper_level(canvas)
    dark_ink = paper >= 128
    strongest = paper - int(canvas.min()) if dark_ink else int(canvas.max()) - paper
    if strongest < MIN_CONTRAST:
        return np.zeros_like(canvas)
    if strongest == 255:  # black on white or white on black, as nearly all are: the same result as by the table
        return np.invert(canvas) if dark_ink else canvas
    gray = np.arange(256)
    contrast = np.clip(paper - gray if dark_ink else gray - paper, 0, strongest)
    # A gray or coloured pen counts as much as a black one. A table of 256 is quicker than 250,000 divisions, and
    # bytes look it up five times as fast as arrays.
    table = ((contrast * 255 + strongest // 2) // strongest).astype(np.uint8)
    return np.frombuffer(canvas.tobytes().translate(table.tobytes()), np.uint8).reshape(canvas.shape)


def check_canvas(canvas: NDArray[np.uint8]) -> None:
    """Raises SnapshotError unless it is a grayscale uint8 canvas of 1 to 2048 px a side."""
    if canvas.dtype != np.uint8 or canvas.ndim != 2:
        raise SnapshotError(f"{canvas.dtype} of shape {canvas.shape}, expected grayscale uint8 (height, width)")
    if not (1 <= canvas.shape[0] <= MAX_CANVAS_SIDE and 1 <= canvas.shape[1] <= MAX_CANVAS_SIDE):
        raise SnapshotError(f"{canvas.shape[1]}x{canvas.shape[0]} px, expected 1 to {MAX_CANVAS_SIDE} a side")


def _paper_level(canvas: NDArray[np.uint8]) -> int:
    border = np.concatenate([canvas[0], canvas[-1], canvas[1:-1, 0], canvas[1:-1, -1]])
    counts = np.bincount(border, minlength=256)
    return int(np.searchsorted(np.cumsum(counts), (len(border) + 1) // 2))


def place_of(ink: NDArray[np.uint8]) -> Place:
    """The box of all pixels that hold at least INK_LEVEL of ink."""
    height, width = ink.shape
    inked = ink >= INK_LEVEL
    rows = np.flatnonzero(inked.any(axis=1))
    columns = np.flatnonzero(inked.any(axis=0))
    if len(rows) == 0:
        return Place(width, height, 0, 0, 0, 0)
    return Place(width, height, int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


def _window(ink: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    """The square (side, side) whose corner is (left, top); pixels outside the canvas are blank."""
    height, width = ink.shape
    window = np.zeros((side, side), np.uint8)
    x0, x1 = max(left, 0), min(left + side, width)
    y0, y1 = max(top, 0), min(top + side, height)
    window[y0 - top : y1 - top, x0 - left : x1 - left] = ink[y0:y1, x0:x1]
    return window


def _block_means(window: NDArray[np.uint8], block: int) -> NDArray[np.uint8]:
    """`skimage.transform.downscale_local_mean` by (block, block), rounded half up."""
    # Columns first, which are adjacent in memory: six times as fast as both axes at once. A column of a block sums to
    # at most 128 x 255, which fits 16 bits.
    columns = window.reshape(GRID, block, GRID * block).sum(axis=1, dtype=np.uint16)
    sums = columns.reshape(GRID, GRID, block).sum(axis=2, dtype=np.uint32)
    area = block * block
    return np.asarray((2 * sums + area) // (2 * area), np.uint8)


def pack_ink20(snapshot: Ink20) -> bytes:
    """The payload of an `ink20` frame: six u16 of place, little-endian, then 400 cells row by row."""
    return PLACE.pack(*snapshot.place.as_tuple()) + snapshot.cells.tobytes()


def unpack_ink20(payload: bytes) -> Ink20:
    """Reads `pack_ink20`'s bytes.

    Raises:
        SnapshotError: not 412 bytes, or a box that does not lie on its canvas.
    """
    if len(payload) != INK20_BYTES:
        raise SnapshotError(f"{len(payload)} bytes of ink20, expected {INK20_BYTES}")
    place = Place(*PLACE.unpack_from(payload))
    if not (1 <= place.width <= MAX_CANVAS_SIDE and 1 <= place.height <= MAX_CANVAS_SIDE):
        raise SnapshotError(f"a canvas of {place.width}x{place.height} px, expected 1 to {MAX_CANVAS_SIDE} a side")
    if not (place.x0 <= place.x1 <= place.width and place.y0 <= place.y1 <= place.height):
        raise SnapshotError(f"an ink box of {place.as_tuple()[2:]} on {place.width}x{place.height} px")
    return Ink20(np.frombuffer(payload, np.uint8, CELLS, PLACE.size).reshape(GRID, GRID), place)


def unpack_canvas20(payload: bytes) -> NDArray[np.uint8]:
    """The (20, 20) cells of a `canvas20` frame.

    Raises:
        SnapshotError: not 400 bytes.
    """
    if len(payload) != CANVAS20_BYTES:
        raise SnapshotError(f"{len(payload)} bytes of canvas20, expected {CANVAS20_BYTES}")
    return np.frombuffer(payload, np.uint8, CELLS).reshape(GRID, GRID)
