"""Drawings: their NDJSON form goes there and back, and cutting and fitting keep what they promise."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.ink.drawing import (
    Drawing,
    DrawingError,
    Point,
    Stroke,
    cut_at_ink,
    fit_on_canvas,
    format_drawing,
    parse_drawing,
)

numbers = st.floats(-1e6, 1e6)
points = st.builds(Point, numbers, numbers, st.none() | st.floats(0, 1e7))
strokes = st.lists(st.builds(Stroke, st.lists(points, min_size=1, max_size=8).map(tuple)), min_size=1, max_size=5)
text = st.text(st.characters(exclude_categories=["Cs"]))  # as the default characters, which take 4 s to find
drawings = st.builds(Drawing, text, strokes.map(tuple), st.none() | st.integers(0, 9), text, text)

CORNER = Drawing("c", (Stroke((Point(0, 0, 0), Point(100, 0, 10))), Stroke((Point(100, 0, 20), Point(100, 100, 40)))))


@given(drawings)
def test_a_drawing_written_and_read_again_is_the_same(drawing: Drawing) -> None:
    line = format_drawing(drawing)

    assert "\n" not in line
    assert parse_drawing(line) == drawing


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "5",
        b"\xff\xfe",
        "{}",
        '{"strokes": []}',
        '{"strokes": [[]]}',
        '{"strokes": [[[1]]]}',
        '{"strokes": [[[1, "2"]]]}',
        '{"strokes": [[[1, true]]]}',
        '{"strokes": [[[1, NaN]]]}',
        '{"strokes": [[[1, 1e999]]]}',
        '{"strokes": [[[1, 2]]], "label": 10}',
        '{"strokes": [[[1, 2]]], "label": true}',
        '{"strokes": [[[1, 2]]], "label": "7"}',
        "[" * 100_000,
        '{"strokes": ' + "[" * 900 + "]" * 900 + "}",
    ],
    ids=lambda line: repr(line)[:30],
)
def test_a_line_that_is_no_drawing_is_refused(line: str | bytes) -> None:
    with pytest.raises(DrawingError):
        parse_drawing(line)


@given(st.binary(max_size=60) | text)
def test_any_line_is_a_drawing_or_a_drawing_error(line: str | bytes) -> None:
    with pytest.raises(DrawingError):
        parse_drawing(line)


def test_a_point_without_time_is_read_with_none() -> None:
    drawing = parse_drawing('{"strokes": [[[1, 2], [3, 4, null], [5, 6, 7]]]}')

    assert [point.t_ms for point in drawing.strokes[0].points] == [None, None, 7.0]


def test_a_cut_ends_where_that_much_ink_was_drawn() -> None:
    cut = cut_at_ink(CORNER, 0.75)

    assert cut.strokes == (CORNER.strokes[0], Stroke((Point(100, 0, 20), Point(100, 50, 30))))


@given(drawings, st.floats(0.01, 1))
def test_a_cut_has_its_part_of_the_ink(drawing: Drawing, ink: float) -> None:
    cut = cut_at_ink(drawing, ink)

    if drawing.length > 0:
        assert math.isclose(cut.length, ink * drawing.length, rel_tol=1e-6, abs_tol=1e-6)
    assert 1 <= len(cut.strokes) <= len(drawing.strokes)


def test_dots_alone_are_cut_by_their_number() -> None:
    dots = Drawing("d", tuple(Stroke((Point(x, 0),)) for x in range(4)))

    assert [len(cut_at_ink(dots, ink).strokes) for ink in (0.1, 0.5, 0.51, 1)] == [1, 2, 3, 4]


def test_a_fitted_drawing_has_its_longer_side_and_its_centre() -> None:
    fitted = fit_on_canvas(CORNER, 300, (250, 200))

    assert fitted.bounds == (100, 50, 400, 350)
    assert fitted.strokes[1].points[1].t_ms == 40


def test_one_dot_is_only_moved() -> None:
    fitted = fit_on_canvas(Drawing("d", (Stroke((Point(7, 9, 1),)),)), 300)

    assert fitted.strokes[0].points == (Point(250, 250, 1),)


def test_the_form_is_the_one_that_is_written_down() -> None:
    record = json.loads(format_drawing(CORNER))

    assert list(record) == ["id", "label", "writer", "source", "strokes"]
    assert record["strokes"][0] == [[0, 0, 0], [100, 0, 10]]
