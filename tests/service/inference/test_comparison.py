"""The vectors that a memory compares: shapes are the same anywhere, and differ by how a line was drawn."""

from __future__ import annotations

import numpy as np
import pytest

from collector.ink.drawing import Point, Stroke
from collector.ink.encodings import Inputs, path48_inputs
from collector.ink.path import to_path48
from service.inference.comparison import SHAPE_SHARE, Floats, of_length_1, shape_of, with_shape

HOOK = [(0.0, 30.0), (20.0, 0.0), (60.0, 10.0), (40.0, 80.0)]
DOT = [(7.0, 7.0)]
SAME = np.eye(96, dtype=np.float32)[3]
PICTURE: Inputs = {"cells": np.ones((1, 20, 20), np.float32)}


def line(points: list[tuple[float, float]], factor: float = 1.0, by: float = 0.0, side: int = 500) -> Inputs:
    stroke = Stroke(tuple(Point(factor * x + by, factor * y + by) for x, y in points))
    return path48_inputs(to_path48((stroke,), side, side))


def shape(inputs: Inputs) -> Floats:
    return shape_of(inputs["points"][0])


def test_a_line_has_the_same_shape_anywhere_and_on_a_canvas_of_another_size() -> None:
    assert shape(line(HOOK, by=300)) == pytest.approx(shape(line(HOOK)), abs=1e-3)
    assert shape(line(HOOK, factor=2, side=1000)) == pytest.approx(shape(line(HOOK)), abs=1e-3)


def test_shapes_differ_by_the_way_that_a_line_was_drawn() -> None:
    assert np.linalg.norm(shape(line(HOOK[::-1])) - shape(line(HOOK))) > 0.5


def test_of_small_lines_the_shape_counts_less_and_of_a_dot_not_at_all() -> None:
    lengths = [float(np.linalg.norm(shape(line(HOOK, factor)))) for factor in (4.0, 1.0, 0.1)]

    assert 1 > lengths[0] > lengths[1] > 0.5 > lengths[2] > 0
    assert not shape(line(DOT)).any()


@pytest.mark.parametrize("inputs", [line(HOOK), line(HOOK, factor=0.1), line(DOT), PICTURE])
def test_vectors_are_of_length_1_whatever_the_embeddings_length(inputs: Inputs) -> None:
    assert np.linalg.norm(with_shape(5 * SAME, inputs)) == pytest.approx(1, abs=1e-5)
    assert with_shape(5 * SAME, inputs).dtype == np.float32


def test_pictures_are_compared_by_the_embedding_and_lines_by_their_shape_too() -> None:
    other = np.eye(96, dtype=np.float32)[4]
    vectors = [with_shape(SAME, PICTURE), with_shape(other, PICTURE)]
    lines = [with_shape(SAME, line(HOOK)), with_shape(SAME, line(HOOK[::-1]))]

    assert vectors[0] @ vectors[1] == pytest.approx(SHAPE_SHARE, abs=1e-5)
    assert lines[0] @ lines[1] < 0.9


def test_an_embedding_of_zeros_stays_so() -> None:
    assert not of_length_1(np.zeros(96, np.float32)).any()
