"""Rows that had another name in results of release 0.1.0, so that those stay readable under the present names."""

from __future__ import annotations

import re

RENAMED: tuple[tuple[str, str], ...] = (  # pattern and replacement; the first that matches
    (r"^right labels that the screen doubts$", "right labels that the label filter rejects"),
)


def new_name(name: str) -> str:
    for pattern, replacement in RENAMED:
        renamed, count = re.subn(pattern, replacement, name)
        if count:
            return renamed
    return name
