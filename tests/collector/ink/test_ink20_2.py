"""The snapshot contract `ink20/2`, held to sums pixel by pixel, and to what it promises of size and paper."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from collector.ink.ink20_2 import contrast_of, ink20_2_of, scaled_place, to_ink20_2, unpack_ink20_2
from collector.ink.snapshot import Ink20, Place, SnapshotError, pack_ink20, to_ink20
from tests.collector.ink.pngs import gray_canvas

Gray = NDArray[np.uint8]


def canvas_with_ink(seed: int, width: int = 61, height: int = 47) -> Gray:
    """White paper with a block of noise whose corner is black."""
    rng = np.random.default_rng(seed)
    canvas = np.full((height, width), 255, np.uint8)
    x, y = int(rng.integers(0, width - 20)), int(rng.integers(0, height - 20))
    patch = rng.integers(0, 256, (int(rng.integers(1, 20)), int(rng.integers(1, 20))))
    patch[0, 0] = 0
    canvas[y : y + patch.shape[0], x : x + patch.shape[1]] = patch
    return canvas


def mean_by_pixels(ink: Gray, box: Place) -> NDArray[np.int64]:
    """Each cell's mean as the document has it: one pixel after another."""
    cell = max(125 * max(box.x1 - box.x0, box.y1 - box.y0), 8 * max(ink.shape))
    cells = np.zeros((20, 20), np.int64)
    for row in range(20):
        for column in range(20):
            total = 0
            for y, x in zip(*np.nonzero(ink), strict=True):
                down = shared(int(y), 1000 * (box.y0 + box.y1) + (row - 10) * cell, cell)
                across = shared(int(x), 1000 * (box.x0 + box.x1) + (column - 10) * cell, cell)
                total += down * across * int(ink[y, x])
            cells[row, column] = (2 * total + cell * cell) // (2 * cell * cell)
    return cells


def shared(pixel: int, start: int, cell: int) -> int:
    return max(0, min(2000 * (pixel + 1), start + cell) - max(2000 * pixel, start))


@pytest.mark.parametrize("seed", range(5))
def test_a_cell_is_the_mean_ink_over_its_area(seed: int) -> None:
    canvas = canvas_with_ink(seed)
    inked = 255 - canvas.astype(int) >= 64
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    box = Place(61, 47, int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    cells = to_ink20_2(canvas).cells

    assert (cells == mean_by_pixels(255 - canvas, box)).all()


@pytest.mark.parametrize("factor", [2, 3, 7, 33])
def test_a_canvas_of_larger_pixels_is_the_same_snapshot(factor: int) -> None:
    canvas = canvas_with_ink(7)

    large = to_ink20_2(canvas.repeat(factor, axis=0).repeat(factor, axis=1))

    small = to_ink20_2(canvas)
    assert large.place == small.place
    assert (large.cells == small.cells).all()


def test_a_clean_drawing_looks_as_in_ink20_1() -> None:
    canvas = np.full((500, 500), 255, np.uint8)
    canvas[100:420, 240:256] = canvas[300:316, 150:390] = 0

    second, first = to_ink20_2(canvas), to_ink20(canvas)

    assert second.place == first.place
    assert (second.cells == first.cells).all()  # 320 px: 16 cells of exactly 20


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255), (110, 0), (110, 255), (200, 90), (40, 120), (128, 96)])
def test_ink_is_what_differs_from_most_pixels_on_one_side(paper: int, ink: int) -> None:
    canvas = np.full((40, 40), paper, np.uint8)
    canvas[0] = canvas[:, 0] = paper + (1 if paper < ink else -1)
    canvas[10:30, 10:14] = ink

    contrast = contrast_of(canvas)

    assert (contrast[10:30, 10:14] == 255).all()
    assert np.count_nonzero(contrast > 8) == 80


def test_a_frame_at_the_border_is_not_taken_for_the_paper() -> None:
    canvas = np.full((60, 60), 255, np.uint8)
    canvas[:3] = canvas[-3:] = 0
    canvas[:, :3] = canvas[:, -3:] = 0

    assert contrast_of(canvas)[30, 30] == 0


def test_a_faint_canvas_is_blank() -> None:
    canvas = np.full((30, 90), 200, np.uint8)
    canvas[10:20, 10:20] = 169

    snapshot = to_ink20_2(canvas)

    assert snapshot.place == Place(500, 167, 0, 0, 0, 0)
    assert not snapshot.cells.any()


def test_the_largest_canvas_full_of_ink_is_full_in_every_cell() -> None:
    snapshot = ink20_2_of(np.full((2048, 2048), 255, np.uint8))

    assert snapshot.place == Place(500, 500, 0, 0, 500, 500)
    assert (snapshot.cells[2:18, 2:18] == 255).all()
    assert snapshot.cells.sum() == 255 * 256


@pytest.mark.parametrize(
    "place", [Place(2048, 1, 700, 0, 701, 1), Place(28, 28, 27, 0, 28, 1), Place(3, 2000, 0, 1, 3, 2)]
)
def test_a_box_of_ink_stays_one_on_the_scaled_canvas(place: Place) -> None:
    scaled = scaled_place(place)

    assert not scaled.is_blank
    assert scaled.x1 <= scaled.width
    assert scaled.y1 <= scaled.height
    assert max(scaled.width, scaled.height) == 500
    assert scaled_place(scaled) == scaled


def test_a_packed_snapshot_unpacks_to_itself() -> None:
    snapshot = to_ink20_2(gray_canvas())

    again = unpack_ink20_2(pack_ink20(snapshot))

    assert again.place == snapshot.place
    assert (again.cells == snapshot.cells).all()


@pytest.mark.parametrize(
    "place", [Place(499, 499, 0, 0, 0, 0), Place(600, 500, 1, 1, 2, 2), Place(500, 500, 2, 0, 1, 1)]
)
def test_a_place_that_is_not_of_this_contract_is_refused(place: Place) -> None:
    with pytest.raises(SnapshotError):
        unpack_ink20_2(pack_ink20(Ink20(np.zeros((20, 20), np.uint8), place)))
