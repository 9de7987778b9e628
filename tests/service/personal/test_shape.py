"""The shape of a line is the same wherever it is, differs by how it was drawn, and is of strokes alone."""

from __future__ import annotations

import numpy as np
import pytest

from collector.ink.drawing import Point, Stroke
from collector.ink.encodings import path48_inputs
from collector.ink.path import to_path48
from service.personal.shape import NO_SHAPE, shape_of
from service.personal.stages import Floats

HOOK = [(0.0, 30.0), (20.0, 0.0), (60.0, 10.0), (40.0, 80.0)]


def shape(points: list[tuple[float, float]], side: int = 500) -> Floats:
    stroke = Stroke(tuple(Point(x, y) for x, y in points))
    return shape_of(path48_inputs(to_path48((stroke,), side, side)))


def moved(points: list[tuple[float, float]], factor: float = 1.0, by: float = 0.0) -> list[tuple[float, float]]:
    return [(factor * x + by, factor * y + by) for x, y in points]


def test_a_line_has_the_same_shape_anywhere_and_on_a_canvas_of_another_size() -> None:
    assert shape(moved(HOOK, by=300)) == pytest.approx(shape(HOOK), abs=1e-3)
    assert shape(moved(HOOK, factor=2), side=1000) == pytest.approx(shape(HOOK), abs=1e-3)


def test_shapes_differ_by_the_way_that_a_line_was_drawn() -> None:
    assert np.linalg.norm(shape(HOOK[::-1]) - shape(HOOK)) > 0.5


def test_of_small_lines_the_shape_counts_less_and_of_a_dot_not_at_all() -> None:
    lengths = [float(np.linalg.norm(shape(moved(HOOK, factor)))) for factor in (4.0, 1.0, 0.1)]

    assert 1 > lengths[0] > lengths[1] > 0.5 > lengths[2] > 0
    assert not shape([(7.0, 7.0)]).any()


def test_a_picture_has_no_shape() -> None:
    assert shape_of({"cells": np.ones((1, 20, 20), np.float32)}) is NO_SHAPE
