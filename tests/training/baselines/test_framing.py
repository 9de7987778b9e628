"""Ancestors see the project's drawings as they saw their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from collector.ink.raster import draw_strokes
from training.baselines.framing import FRAMINGS, Framing, box8, box28, frame_drawings, whole20, whole50
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings

DRAWINGS = reference_drawings("validation")[:40:7]


def picture_of(drawing: LabelledDrawing) -> Image.Image:
    from collector.ink.drawing import Point, Stroke

    strokes = [Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in drawing.lines]
    return Image.fromarray(255 - draw_strokes(strokes, pen_width=drawing.canvas.pen_width))


def test_the_cells_of_2016_are_local_means_by_25() -> None:
    from skimage.transform import downscale_local_mean  # a second, which other workers need not spend

    for drawing in DRAWINGS:
        picture = picture_of(drawing)
        expected = downscale_local_mean(np.asarray(picture), (25, 25))

        cells = whole20(picture)

        assert cells.max() > 0
        np.testing.assert_allclose(cells, expected, atol=0.51)


def test_the_pictures_of_2013_show_the_whole_canvas() -> None:
    picture = Image.new("L", (500, 500), 0)
    picture.paste(255, (490, 10, 500, 20))

    cells = whole50(picture)

    assert cells.shape == (50, 50)
    assert cells[1, 49] == 255
    assert cells.sum() == 255


def test_ink_is_framed_as_mnist_frames_it() -> None:
    for drawing in DRAWINGS:
        cells = box28(picture_of(drawing)).astype(float)

        rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
        middle = (np.arange(28) + 0.5) @ cells.sum(axis=1) / cells.sum()
        assert max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1 == 20
        assert abs(middle - 14) <= 1


def test_the_corner_of_a_canvas_is_framed_too() -> None:
    picture = Image.new("L", (500, 500), 0)
    picture.paste(255, (0, 0, 10, 200))

    cells = box8(picture)

    assert (cells > 0).any(axis=1).all()
    assert cells.max() <= 16
    assert (cells > 0).any(axis=0).tolist() == [False] * 3 + [True] * 2 + [False] * 3


@pytest.mark.parametrize("framing", list(FRAMINGS))
def test_the_last_stage_is_the_finished_drawing(framing: Framing) -> None:
    drawing = DRAWINGS[1]

    framed = frame_drawings([drawing, replace(drawing, label=(drawing.label + 1) % 10)])

    finished, labels = framed.finished(framing)
    stages, stage_labels = framed.every_stage(framing)
    expected = FRAMINGS[framing](picture_of(drawing)).reshape(-1)
    assert np.abs(finished[0].astype(int) - expected).mean() < 1
    assert (stages[9] == finished[0]).all()
    assert stages[0].astype(int).sum() != finished[0].astype(int).sum()
    assert labels.tolist() == [drawing.label, (drawing.label + 1) % 10]
    assert stage_labels.tolist() == [labels[0]] * 10 + [labels[1]] * 10
