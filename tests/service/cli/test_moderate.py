"""`midstroke moderate`: the gallery and the decisions in lines of text."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.moderation.moderation import read_moderation
from collector.storage.folder_store import FolderStore
from service.cli.main import app
from tests.collector.stored import put_drawing


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FolderStore:
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("MIDSTROKE_STORE", raising=False)
    return FolderStore(tmp_path / "var" / "store")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["moderate", *arguments])
    return result.exit_code, result.output.strip()


def test_a_drawing_is_listed_hidden_relabelled_and_deleted(store: FolderStore) -> None:
    stored = put_drawing(store, label=7)

    assert run("list") == (
        0, f"{stored.id}  2026-11-21T03:45:00.123Z  7  {stored.contributor}  pen  accepted",
    )  # fmt: skip
    assert run("hide", stored.id, "--reason", "a face") == (0, f"{stored.id} hidden")
    assert run("relabel", stored.id, "3") == (0, f"{stored.id} is labelled 3")
    assert run("list", "--state", "hidden", "--label", "3")[1].endswith("accepted, hidden, relabelled, was 7")
    assert run("unhide", stored.id) == (0, f"{stored.id} no longer hidden")
    assert run("block", stored.contributor) == (0, f"{stored.contributor} blocked")
    assert read_moderation(store).blocked == {stored.contributor}
    assert run("delete", stored.id, "--yes") == (0, f"{stored.id} deleted")
    assert run("list") == (0, "")
    code, lines = run("audit")
    assert code == 0
    assert [line.split("  ")[1] for line in lines.splitlines()] == ["delete", "block", "unhide", "relabel", "hide"]
    assert lines.splitlines()[-1].endswith("command line  a face")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["hide", "x"], "'x' is not a drawing's id"),
        (["hide", "00000000-0000-0000-0000-000000000000"], "the store has no drawing"),
        (["block", "x"], "'x' is not a contributor's hash"),
        (["list", "--label", "x"], "label 'x'"),
        (["list", "--state", "x"], "state 'x', expected shown"),
        (["list", "--set", "x"], "there is no set x"),
    ],
)
def test_an_unknown_id_is_refused_in_one_line(store: FolderStore, arguments: list[str], message: str) -> None:
    code, output = run(*arguments)

    assert code in (1, 2)
    assert message in output
    assert len(output.splitlines()) == 1
