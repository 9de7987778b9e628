"""Rows as text: a table for the terminal and one for Markdown. Measures nothing and writes no files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infra.harness.results.markdown import markdown
from infra.harness.results.rows import Outcome, Row

BENCH_COLUMNS = ("figure", "ours", "theirs", "ratio", "goal", "outcome")
SOAK_COLUMNS = ("promise", "measured", "bound", "outcome")


def number(value: float | None) -> str:
    """Three significant digits, or whole numbers from 100 on: 12,345; 0.83; 3.21; 47.1."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def cells(row: Row, columns: Sequence[str] = BENCH_COLUMNS) -> tuple[str, ...]:
    ours = row.ours if isinstance(row.ours, str) else f"{number(row.ours)} {row.unit}".rstrip()
    outcome = row.outcome.upper() if row.outcome is Outcome.FAILED else str(row.outcome) if row.goal else ""
    if len(columns) == len(SOAK_COLUMNS):
        return (row.name, ours, row.goal, outcome)
    theirs = "" if row.theirs is None else f"{number(row.theirs)} {row.unit}".rstrip()
    return (row.name, ours, theirs, number(row.ratio), row.goal, outcome)


def terminal_table(rows: Iterable[Row], columns: Sequence[str] = BENCH_COLUMNS) -> str:
    """Aligned columns; a note is on the line below its row."""
    rows = list(rows)
    lines = [columns, *(cells(row, columns) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(columns))]
    text = [_aligned(columns, widths)]
    for row in rows:
        text.append(_aligned(cells(row, columns), widths))
        if row.note:
            text.append(f"    {row.note}")
    return "\n".join(text)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def markdown_table(rows: Iterable[Row], columns: Sequence[str] = BENCH_COLUMNS) -> str:
    lines = []
    for row in rows:
        name, *rest = cells(row, columns)
        lines.append(list(map(_escaped, (f"{name} ({row.note})" if row.note else name, *rest))))
    return markdown(columns, lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
