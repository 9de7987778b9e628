"""The quick way to make training snapshots, held to the contracts that the page and the service keep."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink
from collector.ink.encodings import decode_payload
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.path import pack_path48, to_path48
from collector.ink.raster import draw_strokes
from collector.ink.snapshot import to_canvas20
from training.data.dataset import EVALUATION_STAGES
from training.data.generated.reference import reference_drawings
from training.data.stages import Canvas, cut_lines, drawn_canvases, lines_of, stage_arrays

DRAWINGS = reference_drawings("validation")[:40:3]


def as_drawing(number: int) -> Drawing:
    lines = DRAWINGS[number].lines
    return Drawing("d", tuple(Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in lines))


@pytest.mark.parametrize("ink", [0.03, 0.25, 0.5, 0.99, 1.0])
def test_lines_are_cut_as_drawings_are(ink: float) -> None:
    for number, labelled in enumerate(DRAWINGS):
        expected = lines_of(cut_at_ink(as_drawing(number), ink).strokes)

        cut = cut_lines(labelled.lines, ink)

        assert len(cut) == len(expected)
        for a, b in zip(cut, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_pictures_of_stages_are_nearly_the_contracts() -> None:
    for number, labelled in enumerate(DRAWINGS):
        cells = stage_arrays("ink20", labelled.lines, labelled.canvas, EVALUATION_STAGES)
        whole = stage_arrays("canvas20", labelled.lines, labelled.canvas, EVALUATION_STAGES)
        for row, ink in enumerate(EVALUATION_STAGES):
            canvas = draw_strokes(cut_at_ink(as_drawing(number), ink).strokes, pen_width=labelled.canvas.pen_width)
            exact = to_ink20_2(canvas)

            # Lines drawn in two parts round differently by a pixel: seen in single cells, hardly on average.
            assert np.abs(cells["place"][row].astype(int) - exact.place.as_tuple()).max() <= 2
            assert np.abs(cells["cells"][row].astype(int) - exact.cells).mean() < 6
            assert np.abs(whole["cells"][row].astype(int) - to_canvas20(canvas)).mean() < 1


@pytest.mark.parametrize("size", [(500, 500), (500, 320), (211, 500)])
@pytest.mark.parametrize("pen_width", [1.0, 16.0, 60.0])
def test_a_picture_of_a_stage_is_read_as_the_contract_reads_it(size: tuple[int, int], pen_width: float) -> None:
    for labelled in DRAWINGS[:4]:
        canvas = Canvas(*size, pen_width)
        arrays = stage_arrays("ink20", labelled.lines, canvas, EVALUATION_STAGES)
        for row, picture in enumerate(drawn_canvases(labelled.lines, canvas, EVALUATION_STAGES)):
            exact = to_ink20_2(picture)

            assert tuple(arrays["place"][row].tolist()) == exact.place.as_tuple()
            assert (arrays["cells"][row] == exact.cells).all()


@pytest.mark.parametrize("side", [28, 57, 250, 499])
def test_a_shrunk_picture_is_read_as_the_contract_reads_it(side: int) -> None:
    for labelled in DRAWINGS[:4]:
        arrays = stage_arrays("ink20", labelled.lines, labelled.canvas, EVALUATION_STAGES, side)
        for row, picture in enumerate(drawn_canvases(labelled.lines, labelled.canvas, EVALUATION_STAGES)):
            small = Image.fromarray(255 - picture).resize((side, side), Image.Resampling.BOX)
            exact = to_ink20_2(255 - np.asarray(small))

            # The part that is read alone rounds a single pixel differently, and so a box's edge now and then.
            assert np.abs(arrays["place"][row].astype(int) - exact.place.as_tuple()).max() <= 500 / side + 1
            assert np.abs(arrays["cells"][row].astype(int) - exact.cells).mean() < 4


def test_a_drawing_on_another_canvas_gives_the_same_snapshots() -> None:
    for labelled in DRAWINGS[:4]:
        large = [line * 2 for line in labelled.lines]
        canvas = Canvas(1000, 1000, 2 * labelled.canvas.pen_width)
        for encoding in ("ink20", "canvas20", "path48"):
            plain = stage_arrays(encoding, labelled.lines, labelled.canvas, EVALUATION_STAGES)
            scaled = stage_arrays(encoding, large, canvas, EVALUATION_STAGES)
            assert all(np.array_equal(plain[name], scaled[name]) for name in plain)


def test_paths_of_stages_are_the_contract() -> None:
    for number, labelled in enumerate(DRAWINGS):
        arrays = stage_arrays("path48", labelled.lines, labelled.canvas, EVALUATION_STAGES)
        for row, ink in enumerate(EVALUATION_STAGES):
            exact = to_path48(cut_at_ink(as_drawing(number), ink).strokes, 500, 500)

            assert np.abs(arrays["points"][row].astype(int) - exact.points.astype(int)).max() <= 1
            assert (arrays["starts"][row] == exact.starts).all()
            assert decode_payload("path48", pack_path48(exact)) is not None


def test_dots_alone_are_cut_by_their_number() -> None:
    dots = [np.array([[100.0 + 50 * n, 100.0]]) for n in range(4)]

    arrays = stage_arrays("ink20", dots, Canvas(), (0.5, 1.0))

    assert arrays["place"][:, 4].tolist() == [159, 259]
