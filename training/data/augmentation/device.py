"""Simulates pointing devices: mouse, finger and tablet."""

from __future__ import annotations

import numpy as np

from training.data.augmentation.geometry import Line, Rng, Strokes, smooth

TREMBLE, TREMBLE_SIZE = 0.35, 0.012  # slow wobble across the path, sd
POLYLINE = 0.22  # few, far points, as a quick mouse reports
JITTER, JITTER_SIZE = 0.25, 0.006
ROUNDING, CELLS = 0.20, (24, 100)  # chance of a grid, cells along the longer side: a small drawing in whole px
STRAY_DOT = 0.01


def change_device(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    """The lines as a random pointing device would report them."""
    chance = rng.random(5)
    if chance[0] < TREMBLE * strength:
        strokes = tremble(strokes, rng, strength)
    if chance[1] < POLYLINE * strength:
        every = int(rng.integers(3, 10))
        strokes = [few_points(s, every, rng) for s in strokes]
    if chance[2] < JITTER * strength:
        size = rng.uniform(0.3, 1.5) * JITTER_SIZE
        strokes = [s + rng.normal(0, size, s.shape) for s in strokes]
    if chance[3] < ROUNDING * strength:
        cells = rng.uniform(*CELLS)
        strokes = [np.round(s * cells) / cells for s in strokes]
    if chance[4] < STRAY_DOT * strength:
        dot = rng.uniform(-0.55, 0.55, (1, 2)) + rng.normal(0, 0.01, (2, 2))
        strokes = [dot, *strokes] if rng.random() < 0.4 else [*strokes, dot]
    return strokes


def tremble(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    """Slow wobble along the path: noise smoothed over a few points."""
    size = TREMBLE_SIZE * strength * rng.uniform(0.3, 2.0)
    sigma = rng.uniform(1.0, 4.0)
    # Smoothing white noise over `sigma` points shrinks it by about sqrt(2 sigma sqrt(pi)).
    gain = size * np.sqrt(2 * sigma * np.sqrt(np.pi))
    return [s + smooth(rng.normal(0, gain, s.shape), sigma) if len(s) > 12 else s for s in strokes]


def few_points(line: Line, every: int, rng: Rng) -> Line:
    """Keeps about one point in `every`, with straight lines between."""
    if len(line) < 4:
        return line
    count = min(max(2, len(line) // every + 1), len(line) - 2)
    # Pages that thin out points keep the corners; a slow event loop keeps arbitrary ones.
    into, out = line[1:-1] - line[:-2], line[2:] - line[1:-1]
    turn = np.abs(into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0])
    weight = np.full(len(turn), 1.0) if rng.random() < 0.4 else turn + 0.1 * turn.mean() + 1e-9
    inner = np.sort(rng.choice(len(turn), count, replace=False, p=weight / weight.sum())) + 1
    return np.asarray(line[np.concatenate([[0], inner, [len(line) - 1]])])
