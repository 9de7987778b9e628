"""Tables and text of the generated pages as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from infra.harness.results.markdown import markdown


def cell(text: str) -> str:
    """Text for a cell of a table; `<var>` must not become HTML."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; empty where there are no rows."""
    lines = list(rows)
    return f"\n{markdown(head, lines)}\n" if lines else ""
