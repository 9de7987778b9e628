"""Measures what a memory gains: each own drawing is read by the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.personal.vote import Memory, vote

NEWEST = 50  # drawings that are read; more would only take time


@dataclass(frozen=True, slots=True)
class Gain:
    """The share of stages that are read right, by the model alone and with the other drawings; 0 to 1."""

    drawings: int  # that were read
    plain: float
    personal: float


def measure_gain(memory: Memory) -> Gain | None:
    """Leaves one drawing out at a time; None while no digit was drawn twice, for a vote can't know an absent digit."""
    labels = [int(memory.labels[memory.drawings == number][0]) for number in range(memory.count)]
    fair = [number for number, label in enumerate(labels) if labels.count(label) > 1][-NEWEST:]
    if not fair:
        return None
    plain, personal = zip(*(_shares(memory, number) for number in fair), strict=True)
    return Gain(len(fair), float(np.mean(plain)), float(np.mean(personal)))


def _shares(memory: Memory, number: int) -> tuple[float, float]:
    drawing, others = memory.drawing(number), memory.without(number)
    assert others is not None  # noqa: S101 - the digit was drawn twice
    stages = list(zip(drawing.embeddings, drawing.probabilities, strict=True))
    plain = np.mean([probabilities.argmax() == drawing.label for _, probabilities in stages])
    voted = np.mean(
        [np.argmax(vote(others, embedding, plain.tolist())) == drawing.label for embedding, plain in stages]
    )
    return float(plain), float(voted)
