"""The code that is timed against the original gives the original's values. No times."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.ink.canvas_png import read_canvas
from collector.ink.snapshot import CELLS
from infra.bench.page.canvas_png import MODES, Mode, encode, measure, original, ours, rounded
from infra.harness.data.drawings import canvases, drawings_of
from infra.harness.results.rows import Setting


@pytest.mark.parametrize("mode", [mode for mode, _, _ in MODES])
def test_the_services_cells_are_the_originals_means_rounded(mode: Mode) -> None:
    for canvas in canvases(drawings_of((), 3)):
        png = encode(canvas, mode)

        cells = ours(png)

        assert cells.any()
        assert (cells == rounded(original(png), mode)).all()


def test_the_canvases_have_the_grays_of_a_browsers_lines() -> None:
    canvas = next(canvases(drawings_of((), 1)))

    assert canvas.shape == (500, 500)
    assert (canvas.min(), canvas.max()) == (0, 255)
    assert ((canvas > 0) & (canvas < 255)).any()
    assert (read_canvas(encode(canvas, "RGBA")) == canvas).all()


def test_drawings_without_files_are_of_all_digits() -> None:
    assert {drawing.label for drawing in drawings_of((), 10)} == set(range(10))


def test_a_quick_run_measures_both_modes_and_finds_no_different_cell(tmp_path: Path) -> None:
    rows = measure(Setting(tmp_path, quick=True)).rows

    different = [row for row in rows if row.unit == "cells"]
    assert [row.ours for row in different] == [0, 0]
    assert f"of {4 * CELLS} cells" in different[0].note
    assert all(row.theirs for row in rows if row.unit == "ms")
