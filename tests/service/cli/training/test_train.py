"""`midstroke train` and `midstroke evaluate` as commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from collector.storage.folder_store import FolderStore
from service.cli.training.evaluate import evaluate
from service.cli.training.train import train
from training.data.generated.reference import reference_drawings
from training.models.artifact import check_artifact
from training.models.card_json import card_to_json
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

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
    result = CliRunner().invoke(
        app,
        ["train", "--drawings", str(drawings), "--family", "original", "--batches", "20", "--no-store",
         "--publish-to", str(tmp_path / "models")],
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    registry = Registry(FolderStore(tmp_path / "models"))
    champion = registry.champion("original")
    assert champion is not None
    artifact = registry.load("original", champion.version)
    check_artifact(artifact)
    assert str(tmp_path) not in card_to_json(artifact.card).decode()
    assert artifact.card.recipe["batches"] == 20


def test_a_training_begins_at_published_weights_and_learns_from_symbols(tmp_path: Path, drawings: Path) -> None:
    symbols = tmp_path / "symbols.ndjson"
    lines = [json.loads(line) for line in drawings.read_text().splitlines()]
    for line in lines:
        del line["label"]
    symbols.write_text("\n".join(json.dumps(line | {"symbol": symbol}) for line in lines[:9] for symbol in "KO"))

    result = CliRunner().invoke(
        app,
        ["train", "--drawings", str(drawings), "--symbols", str(symbols), "--family", "softmax", "--batches", "20",
         "--copies", "1", "--warm-start", str(FIRST_MODELS), "--no-store", "--publish-to", str(tmp_path / "models")],
    )  # fmt: skip

    assert result.exit_code == 0, result.output
    registry, shipped = Registry(FolderStore(tmp_path / "models")), Registry(FolderStore(FIRST_MODELS))
    champion, started_at = registry.champion("softmax"), shipped.champion("softmax")
    assert champion is not None
    assert started_at is not None
    card = registry.load("softmax", champion.version).card
    assert card.recipe["warm_start"] == started_at.version
    assert card.recipe["copies"] == 1
    assert card.metrics.at_100 > 0.8  # twenty batches from nothing come to less
    assert card.thresholds is not None
    assert any("anywhere" in each.metrics.evaluated_on for each in card.evaluations)


def test_champions_are_evaluated_as_json_with_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = Registry(FolderStore(FIRST_MODELS))
    pointer = shipped.champion("original")
    assert pointer is not None
    registry = Registry(FolderStore(tmp_path / "store"))
    registry.publish(shipped.load("original", pointer.version), {})
    registry.promote("original", pointer.version, "the first")
    monkeypatch.setenv("MIDSTROKE_STORE", str(tmp_path / "store"))

    result = CliRunner().invoke(app, ["evaluate", "--json", "--figures", str(tmp_path / "figures")])

    assert result.exit_code == 0, result.output
    record = json.loads(result.stdout)
    assert record["judged_on"] == "200 reference drawings"
    assert record["families"]["original"]["drawings"] == 200
    assert record["families"]["original"]["placings"]["anywhere"]["drawings"] == 200
    assert (tmp_path / "figures" / "original" / "accuracy.svg").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--family", "perceptron"], "expected one of"),
        (["train", "--no-store"], "no drawings to train on"),
    ],
)
def test_an_impossible_training_ends_in_one_line(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 1
    assert message in result.output
    assert "Traceback" not in result.output


def test_an_unknown_kind_of_store_ends_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_STORE", "ftp://bucket")

    result = CliRunner().invoke(app, ["evaluate"])

    assert result.exit_code == 2
    assert "ftp://bucket" in result.output


def test_tensorflow_is_not_loaded_before_training() -> None:
    script = (
        "import sys, service.cli.training.train, training.learning.trainer, training.learning.challenger\n"
        "print([name for name in ('tensorflow', 'keras', 'matplotlib') if name in sys.modules])"
    )

    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"
