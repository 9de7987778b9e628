"""`midstroke symbols` and what other commands do with a set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.contribution.contributor import OPERATOR
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.symbol_sets import read_set
from collector.symbols.symbol_set import PLACES_MAX
from collector.upload.set_uploads import set_spool_file
from service.cli.main import app

TOML = """
id = "shapes"
name = "Shapes"
classes = [{ id = "circle", name = "Circle" }, { id = "line", name = "Line" }]
"""


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "shapes.toml"
    made.write_text(TOML)
    return made


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    return result.exit_code, result.output


def test_a_set_is_created_listed_and_shown(var: Path, file: Path) -> None:
    assert run("symbols", "create", file)[0] == 0

    listed = run("symbols", "list")[1].splitlines()
    assert [line.split()[:3] for line in listed] == [["digits", "10", "classes"], ["shapes", "2", "classes"]]
    shown = json.loads(run("symbols", "show", "shapes")[1])
    assert [each["id"] for each in shown["classes"]] == ["circle", "line"]
    assert (var / "store/sets/shapes/symbols.json").exists()


def test_a_set_is_changed_in_place(var: Path, file: Path) -> None:
    run("symbols", "create", file)

    assert run("symbols", "add-class", "shapes", "dot", "Dot", "--prompt", "a dot")[0] == 0
    assert run("symbols", "rename", "shapes", "Ring", "--class", "circle")[0] == 0
    assert run("symbols", "rename", "shapes", "Marks")[0] == 0
    assert run("symbols", "retire", "shapes", "line")[0] == 0

    symbols = read_set(FolderStore(var / "store"), "shapes")
    assert symbols.name == "Marks"
    assert [(each.id, each.name, each.is_retired) for each in symbols.classes] == [
        ("circle", "Ring", False),
        ("line", "Line", True),
        ("dot", "Dot", False),
    ]
    assert run("symbols", "update", file)[0] == 0
    assert [each.id for each in read_set(FolderStore(var / "store"), "shapes").classes] == ["circle", "line", "dot"]


@pytest.mark.usefixtures("var")
def test_an_impossible_command_is_an_error_of_one_line(file: Path, tmp_path: Path) -> None:
    run("symbols", "create", file)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('id = "../x"\nname = "X"\nclasses = []')

    for arguments in (
        ("symbols", "create", file),
        ("symbols", "create", wrong),
        ("symbols", "show", "nope"),
        ("symbols", "show", "../../etc"),
        ("symbols", "retire", "shapes", "circle"),  # one class would remain
        ("symbols", "rename", "digits", "Numbers"),
        ("spool", "list", "--set", "../x"),
        ("import-drawings", file, "--set", "nope"),
        ("import-drawings", file, "--examples"),
    ):
        code, output = run(*arguments)
        assert (code != 0, len(output.splitlines())) == (True, 1), output
        assert output.startswith("midstroke: ")


def test_drawings_are_imported_into_a_set(var: Path, file: Path, tmp_path: Path) -> None:
    run("symbols", "create", file)
    drawings = tmp_path / "drawings.ndjson"
    strokes = [[[0, 0, 0], [50, 80, 10], [100, 0, 20]]]
    lines = [{"id": f"d{n}", "label": label, "writer": "ann", "source": "test", "strokes": strokes}
             for n, label in enumerate(["circle", "line", "nope"])]  # fmt: skip
    drawings.write_text("\n".join(map(json.dumps, lines)))

    code, output = run("import-drawings", drawings, "--set", "shapes", "--examples")

    assert (code, "2 new, 0 already known, 1 skipped" in output) == (0, True)
    spool = Spool(set_spool_file(var, "shapes"), labels=PLACES_MAX)
    assert spool.counts(OPERATOR).yours == 2
    assert spool.counts().by_label[:2] == (1, 1)
    documents = [json.loads(each.unpack()[0]) for each in spool.uploads.pending(9)]
    assert sorted((each["set"], each["label"], each["format"]) for each in documents) == [
        ("shapes", "circle", 2),
        ("shapes", "line", 2),
    ]
    spool.close()
    assert not (var / "spool.sqlite").exists()  # nothing reached digits
