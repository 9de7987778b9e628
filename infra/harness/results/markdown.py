"""Tables as Markdown. Knows nothing of what they show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def markdown(head: Sequence[str], rows: Iterable[Sequence[object]], aligned_right: int = 0) -> str:
    """A table of cells that are Markdown already; its last `aligned_right` columns hold numbers."""
    rules = ["---"] * (len(head) - aligned_right) + ["--:"] * aligned_right
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in (head, rules, *rows))
