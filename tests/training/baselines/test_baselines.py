"""`midstroke baselines`: ancestors and families in one table, marked by what they learned from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from collector.ink.drawing import Drawing, Point, Stroke, format_drawing
from collector.storage.memory_store import MemoryStore
from service.cli.training.baselines import baselines
from training.baselines import digits_mlp
from training.baselines.ancestors import ANCESTORS
from training.baselines.comparison import (
    EVERY_STAGE,
    FINISHED,
    AncestorComparison,
    ProgressDisplay,
    choose,
    compare,
    family_records,
    frame_ours,
)
from training.baselines.figures import draw_figures
from training.baselines.record import to_json
from training.data.generated.reference import reference_drawings
from training.models.artifact import Artifact

pytestmark = pytest.mark.slow  # trains the ancestors

QUICK = tuple(ancestor for ancestor in ANCESTORS if ancestor.slug in ("knn", "svc"))
DRAWINGS = (*reference_drawings("replay")[:150], *reference_drawings("validation")[:60])

app = typer.Typer()
app.command()(baselines)


@pytest.fixture(scope="module")
def comparison() -> AncestorComparison:
    ours = frame_ours(DRAWINGS, 100, ProgressDisplay())
    return compare(None, ours, (), ProgressDisplay(), QUICK)


def write_drawings(path: Path, writers: int) -> Path:
    lines = []
    for number, drawing in enumerate(reference_drawings("validation")[:40]):
        strokes = tuple(Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in drawing.lines)
        lines.append(format_drawing(Drawing(drawing.id, strokes, drawing.label, f"w{number % writers}", "made")))
    path.write_text("\n".join(lines))
    return path


def test_ancestors_are_tested_at_every_stage_on_unseen_writers(comparison: AncestorComparison) -> None:
    for trained_on in (FINISHED, EVERY_STAGE):
        record = next(r for r in comparison.records if r.name == "SVC" and r.trained_on == trained_on)
        assert len(record.ink) == len(record.accuracy) == 10
        assert record.at_100 == record.accuracy[-1] > 0.6
        assert record.mean == pytest.approx(np.mean(record.accuracy), abs=1e-3)


def test_training_on_finished_digits_alone_helps_little_with_half_drawn_ones(comparison: AncestorComparison) -> None:
    at_50 = {r.trained_on: r.at_50 or 0.0 for r in comparison.records if r.name == "SVC"}

    assert 0 < at_50[FINISHED] < at_50[EVERY_STAGE]


def test_validation_drawings_train_no_ancestor() -> None:
    ours = frame_ours(DRAWINGS[::5], 1000, ProgressDisplay())

    assert len(ours.training.labels) == 30
    assert len(ours.validation.labels) == 12


def test_of_many_drawings_the_same_few_are_chosen() -> None:
    chosen = choose(DRAWINGS, 20)

    assert len({drawing.id for drawing in chosen}) == 20
    assert chosen == choose(DRAWINGS, 20)


def test_without_mnist_its_rows_are_left_out_and_say_so(comparison: AncestorComparison) -> None:
    left_out = [record for record in comparison.records if record.trained_on.startswith("MNIST")]

    assert len(left_out) == 2
    assert all(record.came_out is None and not record.accuracy for record in left_out)
    assert all(record.note.startswith("left out") for record in left_out)


def test_a_familys_row_is_its_champions_card(store: MemoryStore, artifact: Artifact) -> None:
    (record,) = family_records(store)

    assert record.name == artifact.card.family
    assert record.accuracy == artifact.card.metrics.accuracy
    assert record.mean == artifact.card.metrics.mean
    assert record.claimed is None


def test_figures_show_what_was_compared(comparison: AncestorComparison) -> None:
    figures = draw_figures(comparison)

    assert {"ink.svg", "ink-finished.svg", "confusion-knn-ours.svg", "confusion-svc-ours.svg"} == set(figures)
    assert all(name.encode() in figures["ink.svg"] for name in ("PCA and neighbours", "SVC"))


def test_the_json_is_a_list_of_rows(comparison: AncestorComparison) -> None:
    rows = json.loads(to_json(comparison.records))

    assert len(rows) == 6
    assert {"name", "source", "year", "claimed", "came_out", "trained_on", "ink", "accuracy", "mean", "at_50",
            "at_100", "note"} == set(rows[0])  # fmt: skip


def test_the_command_writes_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digits_mlp, "OTHER_SEEDS", (0,))
    nothing = tmp_path / "no models"
    nothing.mkdir()

    result = CliRunner().invoke(app, ["--models", str(nothing), "--out", str(tmp_path / "out")])

    rows = json.loads((tmp_path / "out" / "baselines.json").read_text())
    assert result.exit_code == 0
    assert "91.59" in result.stdout
    assert "left out" in result.stdout
    assert [row["claimed"] for row in rows] == [0.9159, 0.68, 0.88, 0.9207]
    assert (tmp_path / "out" / "confusion-mlp.svg").read_bytes().startswith(b"<?xml")


def test_drawings_of_one_writer_can_not_be_split(tmp_path: Path) -> None:
    file = write_drawings(tmp_path / "one.ndjson", writers=1)

    result = CliRunner().invoke(app, ["--drawings", str(file)])

    assert result.exit_code == 1
    assert "40 drawings" in result.stderr


def test_mnist_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "mnist.npz").write_text("no numbers")

    result = CliRunner().invoke(app, ["--mnist", str(tmp_path / "mnist.npz")])

    assert result.exit_code == 1
    assert "mnist.npz" in result.stderr
