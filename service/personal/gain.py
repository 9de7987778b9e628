"""Measures what a memory gains: each own drawing is read by the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from service.personal.memory import Embedded, Memory
from service.personal.regression import Regression

NEWEST = 50  # drawings that are read; more would only take time


@dataclass(frozen=True, slots=True)
class Gain:
    """The share of stages that are read right, by the model alone and with the other drawings; 0 to 1."""

    drawings: int  # that were read
    plain: float
    personal: float


def measure_gain(memory: Memory) -> Gain | None:
    """Leaves one drawing out at a time; None without a regression.

    None also while no digit was drawn twice: the others can't know an absent digit.
    """
    if memory.regression is None:
        return None
    labels = [int(memory.labels[memory.drawings == number][0]) for number in range(memory.count)]
    fair = [number for number, label in enumerate(labels) if labels.count(label) > 1][-NEWEST:]
    if not fair:
        return None
    without = memory.regressions_without(fair)
    shares = [_shares(memory.drawing(number), others) for number, others in zip(fair, without, strict=True)]
    plain, personal = zip(*shares, strict=True)
    return Gain(len(fair), float(np.mean(plain)), float(np.mean(personal)))


def _shares(drawing: Embedded, others: Regression) -> tuple[float, float]:
    stages = list(zip(drawing.embeddings, drawing.probabilities, strict=True))
    plain = np.mean([probabilities.argmax() == drawing.label for _, probabilities in stages])
    weighed = [others.weigh(embedding, probabilities.tolist()) for embedding, probabilities in stages]
    personal = np.mean([np.argmax(each) == drawing.label for each in weighed])
    return float(plain), float(personal)
