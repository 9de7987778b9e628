"""Placing: where drawings lie on the canvas, and how large they are."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.augmentation.placing import (
    ANY_PEN_WIDTHS,
    CORNERS,
    MIDDLE,
    PLACINGS,
    TRAINED_ANYWHERE,
    Placing,
    place,
    training_pen_width,
    training_place,
)

LINES = [np.array([[0.0, 0.0], [3.0, 40.0]]), np.array([[30.0, 20.0]])]


@pytest.mark.parametrize("placing", [*PLACINGS, TRAINED_ANYWHERE], ids=lambda placing: placing.name)
def test_a_drawing_keeps_its_shape_and_has_a_side_in_range(placing: Placing) -> None:
    rng = np.random.default_rng(1)
    for _ in range(100):
        points = np.concatenate(place(LINES, rng, placing))
        size = np.ptp(points, axis=0)

        assert placing.sides[0] - 1e-6 <= size.max() <= placing.sides[1] + 1e-6
        assert size[0] / size[1] == pytest.approx(30 / 40)
        if placing is not MIDDLE:
            assert points.min() >= -1e-6
            assert points.max() <= 500 + 1e-6


def test_drawings_anywhere_reach_every_part_of_the_canvas() -> None:
    rng = np.random.default_rng(1)
    middles = np.array([_middle(place(LINES, rng, TRAINED_ANYWHERE)) for _ in range(500)])

    assert (middles.min(axis=0) < 60).all()
    assert (middles.max(axis=0) > 440).all()


def test_drawings_in_a_corner_lie_in_all_four() -> None:
    rng = np.random.default_rng(1)
    middles = np.array([_middle(place(LINES, rng, CORNERS)) for _ in range(100)])

    assert len({(x < 250, y < 250) for x, y in middles}) == 4
    assert (np.abs(middles - 250) > 130).all()


def test_training_copies_are_about_the_middle_and_anywhere() -> None:
    rng = np.random.default_rng(1)
    away = [float(np.abs(_middle(training_place(LINES, rng)) - 250).max()) for _ in range(300)]

    assert 0.3 < np.mean(np.array(away) < 70) < 0.9


def test_a_dot_has_a_place() -> None:
    (dot,) = place([np.array([[7.0, 7.0]])], np.random.default_rng(1), TRAINED_ANYWHERE)

    assert np.isfinite(dot).all()


def test_pens_of_training_copies_are_of_all_widths_but_leave_small_drawings_readable() -> None:
    rng = np.random.default_rng(1)
    widths = [training_pen_width(rng, 440) for _ in range(2000)]

    assert min(widths) < 2
    assert max(widths) > 40
    assert all(ANY_PEN_WIDTHS[0] <= width <= ANY_PEN_WIDTHS[1] for width in widths)
    assert max(training_pen_width(rng, 40) for _ in range(500)) <= 10


def _middle(lines: list[np.ndarray]) -> np.ndarray:
    points = np.concatenate(lines)
    return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2)
