"""Varies the order and direction of strokes; the ink stays the same."""

from __future__ import annotations

import numpy as np

from training.data.augmentation.geometry import Line, Rng, Strokes, is_loop, join, sharpest

REVERSE_STROKE = 0.03
REORDER = 0.12
MERGE, SPLIT = 0.12, 0.04
SHIFT_START = 0.30  # chance that a closed loop begins elsewhere


def change_order(strokes: Strokes, label: int, rng: Rng, strength: float) -> Strokes:
    """Strokes reordered, reversed, joined or split; loops that begin elsewhere."""
    strokes = [s[::-1] if rng.random() < REVERSE_STROKE * strength else s for s in strokes]
    if len(strokes) > 1 and rng.random() < REORDER * strength:
        strokes = [strokes[i] for i in rng.permutation(len(strokes))]
    if len(strokes) > 1 and rng.random() < MERGE * strength:
        strokes = merge(strokes, int(rng.integers(len(strokes) - 1)))
    if rng.random() < SPLIT * strength:
        strokes = split(strokes, rng)
    if label in (0, 8) and rng.random() < SHIFT_START * strength:
        strokes = [shift_start(s, rng) if is_loop(s) else s for s in strokes]
    return strokes


def merge(strokes: Strokes, i: int) -> Strokes:
    """Strokes `i` and `i + 1` as one: the pen was not lifted between them."""
    return [*strokes[:i], join(strokes[i], strokes[i + 1]), *strokes[i + 2 :]]


def split(strokes: Strokes, rng: Rng) -> Strokes:
    """The longest stroke in two, mostly at its sharpest turn, with a little lost or drawn twice."""
    i = int(np.argmax([len(s) for s in strokes]))
    line = strokes[i]
    if len(line) < 12:
        return strokes
    at = sharpest(line, 0.15, 0.85) if rng.random() < 0.6 else None
    at = int(rng.uniform(0.2, 0.8) * len(line)) if at is None else at
    gap = int(rng.integers(-2, 3))
    return [*strokes[:i], line[: at + 1], line[min(max(at + gap, 0), len(line) - 3) :], *strokes[i + 1 :]]


def shift_start(line: Line, rng: Rng) -> Line:
    """A closed loop begun up to a quarter further on or back."""
    by = int(rng.uniform(-0.25, 0.25) * len(line))
    # The gap between the ends would become a jump; it is spread along the loop.
    closed = line - np.linspace(0, 1, len(line))[:, None] * (line[-1] - line[0])
    return np.roll(closed[:-1], -by, axis=0)
