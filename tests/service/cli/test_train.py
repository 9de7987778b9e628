"""`midstroke train` and `midstroke evaluate`, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from collector.storage.folder_store import FolderStore
from service.cli.train import evaluate, train
from training.data.reference import reference_drawings
from training.models.artifact import check_artifact
from training.models.registry import FIRST_MODELS, Registry

pytestmark = pytest.mark.slow  # trains models

app = typer.Typer()
app.command()(train)
app.command()(evaluate)


@pytest.fixture
def drawings(tmp_path: Path) -> Path:
    """Eighty drawings by eight writers, as NDJSON."""
    path = tmp_path / "drawings.ndjson"
    records = [
        {
            "id": d.id,
            "label": d.label,
            "writer": d.contributor,
            "source": "own",
            "strokes": [s.tolist() for s in d.lines],
        }
        for d in reference_drawings("replay")[:80]
    ]
    path.write_text("\n".join(json.dumps(record) for record in records))
    return path


def test_a_first_model_is_trained_and_published_to_a_folder(tmp_path: Path, drawings: Path) -> None:
    told = CliRunner().invoke(
        app,
        ["train", "--drawings", str(drawings), "--family", "original", "--batches", "20", "--no-store",
         "--publish-to", str(tmp_path / "models")],
    )  # fmt: skip

    assert told.exit_code == 0, told.output
    registry = Registry(FolderStore(tmp_path / "models"))
    champion = registry.champion("original")
    assert champion is not None
    artifact = registry.load("original", champion.version)
    check_artifact(artifact)
    assert str(tmp_path) not in artifact.card.to_json().decode()
    assert artifact.card.recipe["batches"] == 20


def test_champions_are_measured_as_json_with_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Registry(FolderStore(FIRST_MODELS))
    pointer = shipped.champion("original")
    assert pointer is not None
    registry = Registry(FolderStore(tmp_path / "store"))
    registry.publish(shipped.load("original", pointer.version), {})
    registry.promote("original", pointer.version, "the first")
    monkeypatch.setenv("MIDSTROKE_STORE", str(tmp_path / "store"))

    told = CliRunner().invoke(app, ["evaluate", "--json", "--figures", str(tmp_path / "figures")])

    assert told.exit_code == 0, told.output
    record = json.loads(told.stdout)
    assert record["judged_on"] == "200 reference drawings"
    assert record["families"]["original"]["drawings"] == 200
    assert (tmp_path / "figures" / "original" / "accuracy.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--family", "perceptron"], "expected one of"),
        (["train", "--no-store"], "no drawings to train on"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(arguments: list[str], message: str) -> None:
    told = CliRunner().invoke(app, arguments)

    assert told.exit_code == 1
    assert message in told.output
    assert "Traceback" not in told.output


def test_a_store_of_no_known_kind_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_STORE", "ftp://bucket")

    told = CliRunner().invoke(app, ["evaluate"])

    assert told.exit_code == 1
    assert "ftp://bucket" in told.output


def test_tensorflow_is_not_loaded_before_training() -> None:
    script = (
        "import sys, service.cli.train, training.learning.trainer, training.learning.challenger\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
    )

    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert told.stdout.strip() == "[]"
