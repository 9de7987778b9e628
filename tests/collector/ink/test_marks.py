"""Frames, ruled lines and specks are removed; parts of a drawing are not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from collector.ink.marks import without_marks

Ink = NDArray[np.uint8]
Line = list[tuple[float, float]]

FOUR: list[Line] = [[(180, 120), (140, 290), (330, 290)], [(300, 150), (290, 420)]]
FIVE: list[Line] = [[(190, 120), (185, 240), (300, 260), (290, 380), (180, 390)], [(230, 95), (320, 90)]]
SEVEN: list[Line] = [[(10, 10), (290, 10), (120, 390)]]


def drawn(strokes: list[Line], side: tuple[int, int] = (500, 500), pen: int = 16) -> Ink:
    image = Image.new("L", side)
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        draw.line(stroke, fill=255, width=pen, joint="curve")
        for x, y in stroke:
            draw.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return np.array(image)


@pytest.mark.parametrize("strokes", [FOUR, FIVE, FOUR[:1], [[(250.0, 250.0)]]], ids=["4", "5", "half a 4", "a dot"])
@pytest.mark.parametrize("pen", [3, 16, 40])
def test_a_clean_drawing_stays_as_it_is(strokes: list[Line], pen: int) -> None:
    ink = drawn(strokes, pen=pen)

    assert without_marks(ink) is ink


def test_strokes_that_begin_with_a_dot_stay_near_the_drawing() -> None:
    ink = drawn([*FIVE[:1], [(232.0, 90.0)]])

    assert without_marks(ink) is ink


def test_a_dotted_digit_stays() -> None:
    ink = drawn([[(250.0, y)] for y in range(100, 400, 30)])

    assert (without_marks(ink) == ink).all()


@pytest.mark.parametrize("side", [120, 500, 1000])
@pytest.mark.parametrize("at", [(0.05, 0.05), (0.9, 0.5), (0.5, 0.97)])
def test_a_speck_away_from_the_digit_goes(side: int, at: tuple[float, float]) -> None:
    scale = side / 500
    digit = drawn(
        [[(x * scale, y * scale) for x, y in stroke] for stroke in FOUR], (side, side), round(16 * scale) or 1
    )
    speck = drawn([[(at[0] * side, at[1] * side)]], (side, side), max(1, round(8 * scale)))

    cleaned = without_marks(np.maximum(digit, speck))

    assert (cleaned == digit).all()


@pytest.mark.parametrize(("width", "inset"), [(1, 0), (4, 0), (10, 0), (3, 15), (40, 0)])
def test_a_frame_goes(width: int, inset: int) -> None:
    digit = drawn(FIVE)
    framed = Image.fromarray(digit)
    ImageDraw.Draw(framed).rectangle((inset, inset, 499 - inset, 499 - inset), outline=255, width=width)

    assert (without_marks(np.array(framed)) == digit).all()


def test_an_empty_frame_is_blank() -> None:
    framed = Image.new("L", (300, 200))
    ImageDraw.Draw(framed).rectangle((0, 0, 299, 199), outline=255, width=2)

    assert not without_marks(np.array(framed)).any()


@pytest.mark.parametrize("spacing", [25, 40, 90])
@pytest.mark.parametrize("squared", [False, True])
def test_ruled_lines_go_and_the_digit_stays(spacing: int, squared: bool) -> None:
    digit = drawn(FOUR)
    ruled = digit.copy()
    for at in range(13, 500, spacing):
        ruled[at : at + 2] = np.maximum(ruled[at : at + 2], 160)
        if squared:
            ruled[:, at : at + 2] = np.maximum(ruled[:, at : at + 2], 160)

    cleaned = without_marks(ruled)

    # Beside a slanting stroke a few pixels of the line stay.
    assert np.count_nonzero(cleaned[digit == 0]) < 0.02 * np.count_nonzero(digit)
    assert np.count_nonzero(cleaned) > 0.93 * np.count_nonzero(digit)


def test_a_base_line_across_the_picture_goes() -> None:
    digit = drawn(FOUR)
    lined = digit.copy()
    lined[450:453] = 255

    assert (without_marks(lined) == digit).all()


@pytest.mark.parametrize("pen", [4, 16, 40])
def test_a_trimmed_seven_keeps_its_bar(pen: int) -> None:
    rows, columns = (np.flatnonzero(drawn(SEVEN, (300, 400), pen).any(axis=axis)) for axis in (1, 0))
    trimmed = drawn(SEVEN, (300, 400), pen)[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    assert (without_marks(trimmed) == trimmed).all()


def test_a_trimmed_one_stays() -> None:
    bar = np.full((300, 30), 255, np.uint8)

    assert (without_marks(bar) == bar).all()
