"""The path contract: strokes as 48 points."""

from __future__ import annotations

import numpy as np
import pytest

from collector.ink.drawing import Point, Stroke
from collector.ink.path import POINTS, pack_path48, to_path48, unpack_path48
from collector.ink.snapshot import SnapshotError


def stroke(*points: tuple[float, float]) -> Stroke:
    return Stroke(tuple(Point(x, y) for x, y in points))


def test_a_straight_stroke_becomes_48_even_steps_with_both_ends() -> None:
    path = to_path48([stroke((0, 100), (10, 100), (94, 100))], 500, 500)

    assert (path.points[:, 0] == np.arange(48) * 2 * 32).all()
    assert path.starts.tolist() == [True] + [False] * 47


def test_points_are_shared_among_strokes_by_length() -> None:
    path = to_path48([stroke((0, 0), (300, 0)), stroke((0, 50), (100, 50))], 500, 500)

    assert np.flatnonzero(path.starts).tolist() == [0, 2 + 33]


def test_of_thirty_strokes_the_longest_24_are_kept_in_order() -> None:
    strokes = [stroke((0, y), (1 + y, y)) for y in range(30)]

    path = to_path48(strokes, 500, 500)

    assert (path.points[path.starts][:, 1] // 32).tolist() == list(range(6, 30))


def test_a_dot_is_48_times_itself() -> None:
    path = to_path48([stroke((7, 9))], 500, 500)

    assert (path.points == np.array([7 * 32, 9 * 32])).all()


def test_a_point_outside_the_canvas_is_kept_at_the_edge_of_what_16_bits_hold() -> None:
    path = to_path48([stroke((-5, -5), (5000, 10))], 500, 500)

    assert path.points.min() == 0
    assert path.points.max() == 65535


def test_a_packed_path_unpacks_to_itself() -> None:
    path = to_path48([stroke((1, 2), (90, 40)), stroke((3, 3), (3, 99), (50, 99))], 640, 480)

    again = unpack_path48(pack_path48(path))

    assert (again.points == path.points).all()
    assert (again.starts == path.starts).all()
    assert (again.width, again.height) == (640, 480)


def test_an_invalid_path_is_refused() -> None:
    payload = bytearray(pack_path48(to_path48([stroke((1, 2), (90, 40))], 500, 500)))
    payload[4 + 4 * POINTS] &= 0xFE

    with pytest.raises(SnapshotError, match="begins no stroke"):
        unpack_path48(bytes(payload))
    with pytest.raises(SnapshotError, match="expected 202"):
        unpack_path48(bytes(payload[:-1]))
    with pytest.raises(SnapshotError, match="at least one"):
        to_path48([], 500, 500)
