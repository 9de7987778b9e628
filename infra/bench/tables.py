"""Results as text: a table for the terminal, one for Markdown. No measuring, no files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infra.bench.result import Row

HEAD = ("figure", "ours", "theirs", "ratio", "goal", "met")


def number(value: float | None) -> str:
    """Three digits that count, or whole thousands: 12,345; 0.83; 3.21; 47.1."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    met = {None: "", True: "yes", False: "NO"}[row.met]
    theirs = f"{number(row.theirs)} {row.unit}" if row.theirs is not None else ""
    return (row.name, f"{number(row.ours)} {row.unit}", theirs, number(row.ratio), row.goal, met)


def terminal_table(rows: Iterable[Row]) -> str:
    """Columns in line, a note under its row."""
    rows = list(rows)
    lines = [HEAD, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    told = [_aligned(HEAD, widths)]
    for row in rows:
        told.append(_aligned(cells(row), widths))
        if row.note:
            told.append(f"    {row.note}")
    return "\n".join(told)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def markdown_table(rows: Iterable[Row]) -> str:
    lines = [HEAD, ("---",) * len(HEAD)]
    for row in rows:
        name, *rest = cells(row)
        lines.append((f"{name} ({row.note})" if row.note else name, *rest))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
