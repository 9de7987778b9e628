"""The table in docs/reliability.md, and the list of trials."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from infra.harness.results.kept import Run
from infra.harness.results.rows import Result, Row, check
from infra.soak.__main__ import TRIALS
from infra.soak.document import BEGIN, write_table

HELD, FAILED = check("lost", "0 of 9", "0", holds=True), check("twice", "1 | 2", "0", holds=False)
DOCS = Path(__file__).parents[3] / "docs" / "reliability.md"


def run(*rows: Row, quick: bool = False) -> Run:
    return Run(Result(rows), "A title", "", "", 1.5, quick)


def test_the_table_replaces_what_is_between_the_marks_and_the_text_around_stays(tmp_path: Path) -> None:
    docs = tmp_path / "reliability.md"
    docs.write_text("# Promises\n\nWords.\n")
    write_table(docs, {"one": run(FAILED)})

    write_table(docs, {"one": run(HELD)})

    text = docs.read_text()
    assert text.startswith("# Promises\n\nWords.\n\n" + BEGIN)
    assert text.count("| lost | 0 of 9 | 0 | held |") == text.count(BEGIN) == 1
    assert "twice" not in text


def test_a_failed_row_stands_out(tmp_path: Path) -> None:
    write_table(tmp_path / "reliability.md", {"one": run(FAILED)})

    assert "| twice | 1 \\| 2 | 0 | FAILED |" in (tmp_path / "reliability.md").read_text()


def test_quick_runs_are_left_out(tmp_path: Path) -> None:
    write_table(tmp_path / "reliability.md", {"one": run(HELD, quick=True)})

    assert "lost" not in (tmp_path / "reliability.md").read_text()


def test_the_document_has_the_marks_that_the_table_is_written_between() -> None:
    assert DOCS.read_text().count(BEGIN) == 1


@pytest.mark.parametrize("module", TRIALS.values())
def test_every_trial_has_a_title_and_runs(module: str) -> None:
    trial = importlib.import_module(module)

    assert trial.ABOUT
    assert callable(trial.run)
