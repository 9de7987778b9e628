"""Every kind of picture is read as nearly the plain one, and the command prints its table."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from collector.ink.canvas_png import read_ink
from collector.ink.ink20_2 import ink20_2_of
from collector.ink.snapshot import Ink20
from infra.harness.champions import shipped_artifact
from infra.pictures.kinds import KINDS, Gray, encode
from infra.pictures.scores import drawing_scores, mnist_scores
from training.data.dataset import rng_of
from training.data.generated.reference import reference_drawings
from training.data.stages import drawn_canvases
from training.models.interpreter import Interpreter

DRAWINGS = reference_drawings("validation")[:10]
TRIMMED = {name for name in KINDS if "trimmed" in name}
SMALL = {name for name in KINDS if name.startswith(("28", "56", "100x"))}


@cache
def plain_pictures() -> list[tuple[str, Gray, Ink20]]:
    """The id of a drawing, a beginning or all of it, and the snapshot of its plain picture."""
    found = []
    for drawing in DRAWINGS:
        for canvas in drawn_canvases(drawing.lines, drawing.canvas, (0.3, 1.0)):
            canvas.flags.writeable = False  # no kind may change it for the next
            plain = KINDS["plain"](canvas, rng_of(drawing.id))
            found.append((drawing.id, canvas, ink20_2_of(read_ink(encode(plain)))))
    return found


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_gives_nearly_the_snapshot_of_the_plain_picture(name: str) -> None:
    for drawing, canvas, plain in plain_pictures():
        picture = KINDS[name](canvas, rng_of(drawing))

        snapshot = ink20_2_of(read_ink(encode(picture)))

        # A beginning may be smaller than what counts as a speck; a thumbnail blurs.
        difference = np.abs(snapshot.cells.astype(int) - plain.cells).mean()
        assert difference < (40 if name in SMALL or name in TRIMMED else 8), (drawing, difference)
        if name not in TRIMMED:
            apart = np.abs(np.subtract(snapshot.place.as_tuple(), plain.place.as_tuple())).max()
            assert apart <= (20 if name in SMALL else 5), (drawing, apart)


def test_scores_count_what_is_right() -> None:
    artifact = shipped_artifact("cnn")
    models = {"cnn": Interpreter(artifact.model, artifact.card.encoding)}

    (score,) = drawing_scores(DRAWINGS, models, (1.0,), {"plain": KINDS["plain"]})

    assert score.accuracy[0] >= 0.9
    assert (score.pictures, score.mean) == (10, score.accuracy[0])


def test_mnist_pictures_are_scored_in_three_sizes_and_both_polarities(tmp_path: Path) -> None:
    canvas = next(drawn_canvases(DRAWINGS[0].lines, DRAWINGS[0].canvas, (1.0,)))
    digit = 255 - np.asarray(KINDS["28x28"](canvas, rng_of("")))
    np.savez(tmp_path / "digits.npz", x_test=digit[None], y_test=np.array([DRAWINGS[0].label]))
    artifact = shipped_artifact("cnn")

    scores = list(mnist_scores(tmp_path / "digits.npz", 5, {"cnn": Interpreter(artifact.model, "ink20")}))

    assert len(scores) == 6
    assert {score.accuracy for score in scores} == {(1.0,)}


def test_the_command_refuses_files_without_held_out_writers(tmp_path: Path) -> None:
    (tmp_path / "none.ndjson").write_text("")

    done = subprocess.run(
        [sys.executable, "-m", "infra.pictures", "--drawings", str(tmp_path / "none.ndjson")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "no drawings by held-out writers" in done.stderr
