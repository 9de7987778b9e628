"""Kept results: written, read again, and read in the formats of release 0.1.0."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.harness.results.kept import BadKept, Run, read_kept, write_kept
from infra.harness.results.renamed import new_name
from infra.harness.results.rows import Curve, Outcome, Result, Row, check

OLD = Path(__file__).parent
ROW = Row("round trips", 12345.6, "a second", 20000.0, 0.617, ">= 0.80 of theirs", Outcome.FAILED, "a note")
CURVE = Curve("Memory by sockets", "sockets", "MB", {"ours": ((1.0, 90.0), (2000.0, 150.0))})
RUN = Run(Result((ROW,), (CURVE,)), "A title", "a machine", "2026-11-21 07:00 UTC", 12.0, quick=False)


@pytest.mark.parametrize("kind", ["benchmarks", "trials"])
def test_written_results_are_read_back_equal(tmp_path: Path, kind: str) -> None:
    write_kept(tmp_path / "kept.json", {"one": RUN}, kind)

    assert read_kept(tmp_path / "kept.json") == {"one": RUN}


@pytest.mark.parametrize("text", ['{"format": 99}', "[1]", "{", '{"benchmarks": {"one": {}}}', '{"trials": [7]}'])
def test_a_file_in_another_format_is_rejected(tmp_path: Path, text: str) -> None:
    (tmp_path / "bench.json").write_text(text)

    with pytest.raises(BadKept, match=r"bench\.json"):
        read_kept(tmp_path / "bench.json")


def test_benchmarks_kept_by_release_0_1_0_are_read() -> None:
    runs = read_kept(OLD / "bench_format_1.json")

    assert [row.outcome for run in runs.values() for row in run.result.rows] == [
        Outcome.HELD,
        Outcome.NOT_JUDGED,
        Outcome.FAILED,
    ]
    assert runs["predictions"].result.rows[0].ours == 13714.0
    assert runs["drawers"].result.curves[0].lines == {"softmax": ((25, 0.1), (50, 0.2))}
    assert runs["drawers"].seconds == 66.0


def test_trials_kept_by_release_0_1_0_are_read() -> None:
    runs = read_kept(OLD / "soak_format_1.json")

    rows = runs["killed"].result.rows
    assert rows[0] == check("acknowledged and lost", "0 of 5,089 contributions", "0", holds=True)
    assert rows[1].outcome is Outcome.FAILED
    assert runs["store_down"].result.rows[0].outcome is Outcome.NOT_JUDGED
    assert runs["killed"].title == "The service is killed"


def test_old_results_are_rewritten_in_the_present_format(tmp_path: Path) -> None:
    runs = read_kept(OLD / "soak_format_1.json")

    write_kept(tmp_path / "soak.json", runs, "trials")

    assert read_kept(tmp_path / "soak.json") == runs
    assert json.loads((tmp_path / "soak.json").read_text())["format"] == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kept twice", "stored twice"),
        (
            "prediction p99 while it is away, of 7.3 ms before",
            "prediction p99 while the store is away, of 7.3 ms before",
        ),
        (
            "prediction p99 while it swallows all, of 4.8 ms",
            "prediction p99 while it swallows requests, of 4.8 ms before",
        ),
        ("until 50 clients that never read are let go", "until 50 clients that never read are closed"),
        ("acknowledged and lost", "acknowledged and lost"),
    ],
)
def test_rows_kept_under_an_old_name_get_the_present_one(old: str, new: str) -> None:
    assert new_name(old) == new
    assert new_name(new) == new
