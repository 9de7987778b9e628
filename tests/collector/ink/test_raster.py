"""Strokes become the picture that a visitor sees."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.raster import draw_stages, draw_strokes, encode_ink_png, encode_png

LINE = Stroke((Point(20, 50), Point(80, 50)))
HOOK = Drawing("h", (LINE, Stroke((Point(30, 20), Point(60, 80), Point(90, 30)))))


def test_ink_is_black_and_as_wide_as_the_pen() -> None:
    canvas = draw_strokes([LINE], 100, 100, pen_width=10)

    inked = np.flatnonzero(canvas[:, 50] == 0)
    assert canvas.shape == (100, 100)
    assert set(np.unique(canvas)) == {0, 255}
    assert 10 <= len(inked) <= 11
    assert abs(inked.mean() - 50) <= 0.5


def test_ends_are_round() -> None:
    canvas = draw_strokes([LINE], 100, 100, pen_width=20)

    assert canvas[50, 12] == 0
    assert canvas[42, 12] == 255


def test_a_dot_is_a_disc() -> None:
    canvas = draw_strokes([Stroke((Point(30, 40),))], 100, 60, pen_width=16)

    assert canvas.shape == (60, 100)
    assert abs((canvas == 0).sum() - np.pi * 8 * 8) < 30


def test_stages_drawn_on_are_as_good_as_each_drawn_alone() -> None:
    cuts = [cut_at_ink(HOOK, step / 10).strokes for step in range(1, 11)]

    stages = list(draw_stages(cuts, 120, 100, 8))

    for cut, stage in zip(cuts, stages, strict=True):
        alone = draw_strokes(cut, 120, 100, 8)
        # Points that a cut makes up are rounded to pixels: some at the edge differ.
        assert (alone != stage).mean() < 0.005
    assert all(((a == 0) <= (b == 0)).all() for a, b in pairwise(stages))


@pytest.mark.parametrize("encode", [encode_png, encode_ink_png])
def test_a_png_is_read_back_as_it_was_drawn(encode: Callable[[NDArray[np.uint8]], bytes]) -> None:
    canvas = draw_strokes(HOOK.strokes, 123, 101, 8)

    with Image.open(io.BytesIO(encode(canvas)), formats=("PNG",)) as image:
        assert (np.asarray(image.convert("L")) == canvas).all()
