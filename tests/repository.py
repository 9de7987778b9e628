"""The repository's root, and its text for people."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = [
    *sorted((ROOT / "docs").rglob("*.md")),
    *(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING", "SECURITY")),
    *sorted((ROOT / ".github").rglob("*.md")),
]
