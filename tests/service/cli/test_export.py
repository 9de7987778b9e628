"""`midstroke export`: one line for what was written, one line for what can't be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.storage.folder_store import FolderStore
from service.cli.main import app
from tests.collector.stored import contributor_of, put_drawing


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("MIDSTROKE_STORE", raising=False)
    store = FolderStore(tmp_path / "var" / "store")
    for number in range(3):
        put_drawing(store, contributor_of("training", number), label=number)
    return tmp_path / "var"


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["export", *arguments])
    return result.exit_code, result.output.strip()


def test_an_export_and_its_refresh_say_what_they_wrote(var: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")

    assert run(out, "--label", "1", "--label", "2") == (
        0, f"{out}: 2 drawings (2 train, 0 validation); 0 withdrawn ids",
    )  # fmt: skip
    store = FolderStore(var / "store")
    gone = json.loads((tmp_path / "out" / "train.ndjson").read_bytes().splitlines()[0])["key_id"]
    store.put(f"tombstones/v1/{gone}", b"")

    assert run(out, "--refresh") == (0, f"{out}: 1 drawings (1 train, 0 validation), 2 before; 1 withdrawn ids")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "csv"], "format 'csv', expected ndjson"),
        (["--label", "x"], "label 'x', expected one of 0, 1"),
        (["--since", "soon"], "since is 'soon'"),
        (["--refresh"], "is not an export"),
        (["--refresh", "--format", "npz"], "--format with --refresh"),
        (["--set", "../x"], "there is no set"),
    ],
)
def test_wrong_arguments_are_one_line_and_write_nothing(
    var: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    code, output = run(str(tmp_path / "out"), *arguments)

    assert code in (1, 2)
    assert message in output
    assert len(output.splitlines()) == 1
    assert not (tmp_path / "out").exists()
