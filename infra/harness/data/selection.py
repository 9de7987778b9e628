"""Reads drawings from files, and selects and groups them the same way in every run."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from training.data.dataset import LabelledDrawing
from training.data.drawing_files import read_drawings

T = TypeVar("T")


def read_all(files: Iterable[Path], everyone: bool = False) -> list[LabelledDrawing]:
    """The drawings of held-out writers in the files; with `everyone`, of all writers.

    Raises:
        DrawingError: a file holds something else.
    """
    return held_out((drawing for file in files for drawing in read_drawings(file)), everyone)


def held_out(drawings: Iterable[LabelledDrawing], everyone: bool = False) -> list[LabelledDrawing]:
    return [drawing for drawing in drawings if everyone or drawing.use == "validation"]


def spread(found: Sequence[T], limit: int | None) -> list[T]:
    """At most `limit` of them, evenly from the whole length."""
    if limit is None or limit >= len(found):
        return list(found)
    return [found[number * len(found) // limit] for number in range(limit)]


def by_writer(drawings: Iterable[LabelledDrawing]) -> dict[tuple[str, str], list[LabelledDrawing]]:
    """By source and contributor, each in the order of `hash_of`."""
    found: dict[tuple[str, str], list[LabelledDrawing]] = defaultdict(list)
    for drawing in drawings:
        found[drawing.source, drawing.contributor].append(drawing)
    return {writer: sorted(own, key=hash_order) for writer, own in sorted(found.items())}


def hash_order(drawing: LabelledDrawing) -> str:
    """A key that sorts drawings in an order that has nothing to do with what they are."""
    return hash_of(f"{drawing.source}/{drawing.id}")


def hash_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
