"""Drawings without end, for trials of the trainer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from infra.harness.data.contribute import name_for
from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings

CONTRIBUTORS = 30


def endless_drawings(prefix: str) -> Iterator[LabelledDrawing]:
    """Each under an id of its own, by `CONTRIBUTORS` contributors whose names begin with the prefix."""
    number = 0
    while True:
        for drawing in reference_drawings("replay"):
            number += 1
            who = name_for("training", f"{prefix} {number % CONTRIBUTORS}")
            yield replace(drawing, id=f"{drawing.id} {number}", contributor=who, source="soak")
