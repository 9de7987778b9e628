"""Rows: what they judge, and how they are printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.harness.results.rows import (
    Outcome,
    Row,
    Setting,
    at_most,
    check,
    informational,
    none_of,
    overall,
    percentile,
)
from infra.harness.results.tables import SOAK_COLUMNS, markdown_table, number, terminal_table

HELD, FAILED = check("lost", "0 of 9", "0", holds=True), check("twice", "1 | 2", "0", holds=False)


def test_no_failure_among_no_attempts_proves_nothing() -> None:
    assert none_of("lost", 0, 9, "drawings").outcome is Outcome.HELD
    assert none_of("lost", 1, 9, "drawings").outcome is Outcome.FAILED
    assert none_of("lost", 0, 0, "drawings").outcome is Outcome.FAILED


@pytest.mark.parametrize("seconds", [1.0, 3.0])
def test_a_quick_run_does_not_judge_a_time(tmp_path: Path, seconds: float) -> None:
    row = at_most(Setting(tmp_path, quick=True), "ready", seconds, 2.0, "s")

    assert row.outcome is Outcome.NOT_JUDGED
    assert "held" not in terminal_table([row], SOAK_COLUMNS)


def test_a_full_run_judges_a_time(tmp_path: Path) -> None:
    assert at_most(Setting(tmp_path), "ready", 2.0, 2.0, "s").outcome is Outcome.HELD
    assert at_most(Setting(tmp_path), "ready", 2.1, 2.0, "s").outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("rows", "outcome"),
    [
        ([HELD, informational("seen", "3")], Outcome.HELD),
        ([HELD, FAILED, informational("seen", "3")], Outcome.FAILED),
        ([informational("seen", "3")], Outcome.NOT_JUDGED),
        ([], Outcome.NOT_JUDGED),
    ],
)
def test_rows_hold_together_only_if_one_held_and_none_failed(rows: list[Row], outcome: Outcome) -> None:
    assert overall(rows) is outcome


def test_percentiles_are_values_that_occur() -> None:
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0
    assert percentile(range(1, 101), 50) == 51


@pytest.mark.parametrize(
    ("value", "text"), [(12345.6, "12,346"), (99.94, "99.9"), (0.617, "0.617"), (0.0, "0"), (None, "")]
)
def test_numbers_have_three_significant_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_a_failed_row_stands_out_in_the_terminal() -> None:
    row = Row("round trips", 12345.6, "a second", 20000.0, 0.6, ">= 0.80 of theirs", Outcome.FAILED, "a note")

    head, line, note = terminal_table([row]).splitlines()

    assert line.index("FAILED") == head.index("outcome")
    assert "a note" in note


def test_a_bar_or_line_break_in_a_cell_does_not_break_the_markdown() -> None:
    last = markdown_table([Row("a|b", "c\nd", goal="0", outcome=Outcome.HELD)], SOAK_COLUMNS).splitlines()[-1]

    assert last == r"| a\|b | c d | 0 | held |"
