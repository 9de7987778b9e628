"""What came out is kept with what came out before, and told as a table."""

from __future__ import annotations

from pathlib import Path

from infra.soak.report import BEGIN, Found, merge, write_table
from infra.soak.result import Row, Setting
from infra.soak.rows import none_of, percentile, within

HELD, BROKEN = Row("lost", "0 of 9", "0", held=True), Row("twice", "1 | 2", "0", held=False)


def found(trial: str, *rows: Row) -> Found:
    return Found(trial, f"About {trial}", 1.5, 1, rows)


def test_a_trial_that_runs_again_takes_the_place_of_its_former_outcome(tmp_path: Path) -> None:
    out, order = tmp_path / "var" / "soak.json", ("one", "two")
    merge(out, [found("two", HELD), found("one", BROKEN)], order)

    merged = merge(out, [found("one", HELD)], order)

    assert merged == [found("one", HELD), found("two", HELD)]
    assert merge(out, [], order) == merged


def test_the_table_is_written_between_its_marks_and_the_text_around_it_stays(tmp_path: Path) -> None:
    docs = tmp_path / "reliability.md"
    docs.write_text("# Promises\n\nWords.\n")
    write_table(docs, [found("one", BROKEN)])

    write_table(docs, [found("one", HELD)])

    text = docs.read_text()
    assert text.startswith("# Promises\n\nWords.\n\n" + BEGIN)
    assert text.count("| lost | 0 of 9 | 0 | yes |") == text.count(BEGIN) == 1
    assert "twice" not in text


def test_what_did_not_hold_is_told_so_and_a_bar_does_not_break_the_table(tmp_path: Path) -> None:
    docs = tmp_path / "reliability.md"

    write_table(docs, [found("one", BROKEN)])

    assert "| twice | 1 \\| 2 | 0 | **no** |" in docs.read_text()


def test_nothing_wrong_among_nothing_tried_is_no_proof() -> None:
    assert none_of("lost", 0, 9, "drawings").held
    assert not none_of("lost", 1, 9, "drawings").held
    assert not none_of("lost", 0, 0, "drawings").held


def test_a_time_is_judged_by_the_long_trial_alone(tmp_path: Path) -> None:
    quick, long = Setting(tmp_path, quick=True), Setting(tmp_path)

    assert within(quick, "ready", 3.0, 2.0, "s").held
    assert within(long, "ready", 2.0, 2.0, "s").held
    assert not within(long, "ready", 2.1, 2.0, "s").held


def test_percentiles_are_values_that_were_seen() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0
    assert percentile(range(1, 101), 50) == 51
