"""The snapshot contract, held to scikit-image, which the original used."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from collector.ink.snapshot import (
    Ink20,
    Place,
    SnapshotError,
    ink_of,
    pack_ink20,
    to_canvas20,
    to_ink20,
    unpack_canvas20,
    unpack_ink20,
)


def canvas_with_ink(seed: int, width: int = 500, height: int = 500) -> NDArray[np.uint8]:
    """White paper with a gray-edged block of ink somewhere."""
    rng = np.random.default_rng(seed)
    canvas = np.full((height, width), 255, np.uint8)
    x, y = int(rng.integers(0, width - 60)), int(rng.integers(0, height - 60))
    patch = rng.integers(0, 256, (int(rng.integers(5, 60)), int(rng.integers(5, 60))))
    patch[0, 0] = 0
    canvas[y : y + patch.shape[0], x : x + patch.shape[1]] = patch
    return canvas


def local_means(picture: NDArray[np.int64], side: int) -> NDArray[np.float64]:
    from skimage.transform import downscale_local_mean  # a second, which other workers need not spend

    return np.asarray(downscale_local_mean(picture, (side, side)))


def half_up(means: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(means + 0.5 + 1e-9).astype(np.int64)


@pytest.mark.parametrize("seed", range(12))
def test_ink20_is_downscale_local_mean_of_the_square_around_the_ink(seed: int) -> None:
    canvas = canvas_with_ink(seed)

    snapshot = to_ink20(canvas)

    place = snapshot.place
    side = -(-5 * max(place.x1 - place.x0, place.y1 - place.y0) // 4)
    side = max(40, -(-side // 20) * 20)
    left, top = (place.x0 + place.x1 - side) // 2, (place.y0 + place.y1 - side) // 2
    padded = np.pad(255 - canvas.astype(int), side)
    square = padded[top + side : top + 2 * side, left + side : left + 2 * side]
    assert (snapshot.cells == half_up(local_means(square, side // 20))).all()


@pytest.mark.parametrize("seed", range(4))
def test_canvas20_is_the_originals_25_fold_local_mean(seed: int) -> None:
    canvas = canvas_with_ink(seed)

    cells = to_canvas20(canvas)

    assert (cells == half_up(local_means(255 - canvas.astype(int), 25))).all()


def test_light_ink_on_dark_paper_is_the_same_snapshot() -> None:
    canvas = canvas_with_ink(3)

    light = to_ink20(255 - canvas)

    assert light.place == to_ink20(canvas).place
    assert (light.cells == to_ink20(canvas).cells).all()


@pytest.mark.parametrize(("paper", "ink"), [(255, 0), (0, 255), (255, 1), (254, 0), (200, 90), (40, 250), (128, 0)])
def test_ink_is_stretched_to_255_whatever_paper_and_pen(paper: int, ink: int) -> None:
    levels = np.linspace(paper, ink, 64).round().astype(np.uint8)
    canvas = np.full((40, 40), paper, np.uint8)
    canvas[16:24, 16:24] = levels.reshape(8, 8)

    stretched = ink_of(canvas)

    strongest = abs(paper - ink)
    expected = [(abs(paper - int(level)) * 255 + strongest // 2) // strongest for level in levels]
    assert stretched[16:24, 16:24].ravel().tolist() == expected
    assert not stretched[:16].any()


def test_the_largest_canvas_full_of_ink_is_full_in_every_cell() -> None:
    canvas = np.full((2048, 2048), 255, np.uint8)
    canvas[1:-1, 1:-1] = 0

    snapshot = to_ink20(canvas)

    assert snapshot.place == Place(2048, 2048, 1, 1, 2047, 2047)
    assert (snapshot.cells[3:17, 3:17] == 255).all()
    assert (to_canvas20(canvas)[1:19, 1:19] == 255).all()


def test_a_blank_canvas_has_no_ink_and_no_place() -> None:
    snapshot = to_ink20(np.full((300, 400), 250, np.uint8))

    assert snapshot.place == Place(400, 300, 0, 0, 0, 0)
    assert not snapshot.cells.any()


def test_a_packed_snapshot_unpacks_to_itself() -> None:
    snapshot = to_ink20(canvas_with_ink(5))

    again = unpack_ink20(pack_ink20(snapshot))

    assert again.place == snapshot.place
    assert (again.cells == snapshot.cells).all()


@pytest.mark.parametrize("payload", [b"", b"\0" * 411, b"\0" * 413])
def test_a_payload_of_another_size_is_refused(payload: bytes) -> None:
    with pytest.raises(SnapshotError, match="expected 412"):
        unpack_ink20(payload)
    with pytest.raises(SnapshotError, match="expected 400"):
        unpack_canvas20(payload)


@pytest.mark.parametrize(
    "place", [Place(500, 500, 10, 10, 501, 20), Place(500, 500, 30, 10, 20, 20), Place(0, 9, 0, 0, 0, 0)]
)
def test_a_box_that_is_not_on_its_canvas_is_refused(place: Place) -> None:
    payload = pack_ink20(Ink20(np.zeros((20, 20), np.uint8), place))

    with pytest.raises(SnapshotError):
        unpack_ink20(payload)


@pytest.mark.parametrize("shape", [(0, 10), (10, 2049)])
def test_a_canvas_out_of_bounds_is_refused(shape: tuple[int, int]) -> None:
    with pytest.raises(SnapshotError, match="expected 1 to 2048"):
        to_ink20(np.zeros(shape, np.uint8))
