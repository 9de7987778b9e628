"""Drawings by nobody are read like anybody's, and are the same every time."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from typer.testing import CliRunner

from service.cli.main import app
from training.data.drawing_files import read_drawings
from training.data.generated.made_drawings import made_drawings
from training.data.generated.reference import reference_drawings

ORIGINALS = reference_drawings("replay", hands=3)


def test_each_line_is_a_drawing_that_differs_from_the_others(tmp_path: Path) -> None:
    out = tmp_path / "made.ndjson.gz"

    ended = CliRunner().invoke(app, ["make-drawings", "60", "--out", str(out)])

    made = list(read_drawings(out))
    assert (ended.exit_code, len(made)) == (0, 60), ended.output
    assert {drawing.label for drawing in made} == set(range(10))
    assert len({drawing.id for drawing in made}) == 60
    assert len({drawing.contributor for drawing in made}) == 3
    assert len({drawing.lines[0].tobytes() for drawing in made}) == 60


def test_the_same_arguments_make_the_same_drawings_however_many_are_asked_for() -> None:
    few, many = list(made_drawings(5, ORIGINALS)), islice(made_drawings(50, ORIGINALS), 5)

    assert few == list(many)
    assert few != list(made_drawings(5, ORIGINALS, seed=2))


def test_a_file_without_labelled_drawings_is_named(tmp_path: Path) -> None:
    (tmp_path / "none.ndjson").write_text("")

    ended = CliRunner().invoke(
        app, ["make-drawings", "1", "--out", str(tmp_path / "out"), "--drawings", str(tmp_path / "none.ndjson")]
    )

    assert ended.exit_code == 1
    assert "has no labelled drawings to vary" in ended.stderr
