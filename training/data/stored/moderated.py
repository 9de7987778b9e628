"""Applies operators' decisions to labelled drawings. No storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from collector.moderation.moderation import NO_MODERATION, Moderation
from training.data.dataset import LabelledDrawing


def moderated(drawings: Iterable[LabelledDrawing], moderation: Moderation) -> list[LabelledDrawing]:
    """The drawings without hidden ones and those by blocked contributors, under the labels that operators gave."""
    if moderation == NO_MODERATION:
        return list(drawings)
    return [
        replace(drawing, label=moderation.label_of(drawing.id, drawing.label))
        if drawing.id in moderation.labels
        else drawing
        for drawing in drawings
        if not moderation.leaves_out(drawing.id, drawing.contributor)
    ]
