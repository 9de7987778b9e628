"""Makes drawings that are no digits: scribbles, dots, dashes, faces, and two digits side by side.

Letters and symbols come from files (`drawing_files.read_symbols`). These need none: every model learns to doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from training.data.augmentation.geometry import Line, Rng, Strokes, join, normalise
from training.data.augmentation.placing import pen_width, place
from training.data.dataset import NO_DIGIT, LabelledDrawing, rng_of
from training.data.stages import Canvas

SHARE = 0.08  # of the digits: so many are made
PAIR_SHARE = 0.45  # of these, two digits: the most frequent mistake of somebody who writes a number
GAP = (0.1, 0.5)  # between two digits, of a digit's longer side


def made_non_digits(digits: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
    """Drawings labelled `NO_DIGIT`, by the writers of the digits that they are made beside; the same at every call."""
    chosen = [digit for digit in digits if rng_of(f"no digit/{digit.id}").random() < SHARE]
    return [_made_beside(digit, digits) for digit in chosen]


def _made_beside(digit: LabelledDrawing, digits: Sequence[LabelledDrawing]) -> LabelledDrawing:
    rng = rng_of(f"no digit of/{digit.id}")
    if rng.random() < PAIR_SHARE:
        strokes = _two_digits(digit, digits[int(rng.integers(len(digits)))], rng)
    else:
        strokes = KINDS[int(rng.integers(len(KINDS)))](rng)
    return replace(
        digit,
        id=f"{digit.id}-no-digit",
        lines=tuple(np.round(line, 2) for line in place(strokes, rng)),
        label=NO_DIGIT,
        source="made",
        canvas=Canvas(pen_width=pen_width(rng)),
        pictures=(),
    )


def _two_digits(one: LabelledDrawing, other: LabelledDrawing, rng: Rng) -> Strokes:
    left, right = normalise(list(one.lines)), normalise(list(other.lines))
    shift = max(float(line[:, 0].max()) for line in left) - min(float(line[:, 0].min()) for line in right)
    move = np.array([shift + rng.uniform(*GAP), rng.normal(0, 0.1)])
    return [*left, *(line + move for line in right)]


def _scribble(rng: Rng) -> Strokes:
    """A pen that swings to and fro while it moves on, with changing width and pace."""
    turns = int(rng.integers(4, 14))
    steps = np.linspace(0, 2 * np.pi * turns / 2, 20 * turns)
    drift = rng.normal(0, 1, 2) * np.linspace(-0.6, 0.6, len(steps))[:, None]
    swing = np.stack([np.sin(steps), np.sin(steps * rng.uniform(0.6, 1.4) + rng.uniform(0, 6))], axis=1)
    return [swing * rng.uniform(0.2, 1, 2) + drift + np.cumsum(rng.normal(0, 0.02, (len(steps), 2)), axis=0)]


def _wander(rng: Rng) -> Strokes:
    """A few lines from anywhere to anywhere."""
    return [join(rng.uniform(-1, 1, (int(rng.integers(2, 7)), 2))) for _ in range(int(rng.integers(1, 5)))]


def _dots(rng: Rng) -> Strokes:
    return [rng.uniform(-1, 1, (1, 2)) + rng.normal(0, 0.01, (3, 2)) for _ in range(int(rng.integers(1, 6)))]


def _dash(rng: Rng) -> Strokes:
    """One line, level or nearly; two of them like a sign of equality."""
    level = np.linspace((-1.0, 0.0), (1.0, rng.normal(0, 0.12)), 24) + rng.normal(0, 0.01, (24, 2))
    if rng.random() < 0.7:
        return [level]
    below = level + np.array([rng.normal(0, 0.1), rng.uniform(0.3, 0.9)])
    return [level, below]


def _face(rng: Rng) -> Strokes:
    around = np.linspace(0, 2 * np.pi * rng.uniform(0.95, 1.05), 40) + rng.uniform(0, 6)
    outline = np.stack([np.cos(around), np.sin(around) * rng.uniform(0.8, 1.2)], axis=1)
    eye = np.array([(rng.uniform(0.2, 0.45), -rng.uniform(0.2, 0.5))])
    dash = np.linspace((0, -0.08), (0, 0.08), 6)
    mouth_x = np.linspace(-0.5, 0.5, 16)
    mouth = np.stack([mouth_x, rng.uniform(0.3, 0.6) + rng.uniform(-0.9, 0.3) * (mouth_x**2 - 0.25)], axis=1)
    parts: list[Line] = [outline, eye * (-1, 1) + dash, eye + dash, mouth]
    return parts if rng.random() < 0.8 else [parts[i] for i in rng.permutation(4)]


KINDS: tuple[Callable[[Rng], Strokes], ...] = (_scribble, _wander, _dots, _dash, _face)
