"""Generates the reference drawings: synthetic digits, the same on every machine.

Models are validated on them before visitors' validation drawings exist, held to them in continued training, and have
their golden predictions on them. They are templates warped by simulated writers; no person's handwriting is in them.
"""

from __future__ import annotations

import functools
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import LabelledDrawing, rng_of
from training.data.stages import Canvas, Line

HANDS = 20  # simulated writers; each draws every digit once
SEED_NAMES = {"validation": "judging", "replay": "replay"}  # seeds: other names would draw other hands
STEP = 3.0  # between points of a drawn template, in its units of a hundredth of the digit's height

# "/" separates strokes, points are x,y on 100x100, y downwards; a repeated point is a corner.
TEMPLATES: tuple[tuple[str, ...], ...] = (
    (
        "50,5 25,20 15,50 25,82 50,95 75,82 85,50 75,20 50,5",
        "62,8 38,8 20,35 22,75 48,95 74,80 80,40 66,12 48,4",  # overshoots its start
        "45,6 70,14 82,45 74,84 50,95 26,84 18,48 30,14 50,6",  # clockwise
        "55,4 32,18 28,52 36,88 54,96 70,80 72,44 64,14 52,6",
    ),
    (
        "50,4 50,96",
        "28,30 52,5 52,5 50,96",
        "32,28 52,5 52,5 52,95/30,95 74,95",
        "60,4 44,96",
    ),
    (
        "20,28 35,8 60,6 75,25 65,48 40,72 18,94 18,94 84,94",
        "22,26 40,6 66,10 72,32 50,62 24,90 22,78 42,84 62,95 84,88",  # looped
        "20,12 76,10 76,10 20,92 20,92 82,92",  # as a z
        "18,24 42,5 70,16 70,40 42,70 16,92 16,92 50,88 86,94",
    ),
    (
        "22,16 45,5 70,15 68,35 44,46 44,46 72,55 76,78 50,95 20,85",
        "20,8 76,8 76,8 44,42 44,42 74,56 74,84 46,96 18,86",  # flat top
        "24,12 56,6 70,24 52,44 38,46 62,50 78,70 60,94 22,90",
        "26,20 50,6 66,22 46,44 46,44 70,60 66,88 40,96 22,80",
    ),
    (
        "30,5 18,56 18,56 82,56/66,30 62,96",  # open, stem second
        "66,96 66,5 66,5 16,66 16,66 88,66",  # closed, one stroke from below
        "64,5 16,64 16,64 86,64/64,6 64,96",  # closed, stem second
        "28,6 22,50 22,50 50,56 78,48/72,10 66,96",
        "70,8 66,96/30,6 20,54 20,54 86,54",  # stem first
    ),
    (
        "76,8 30,8 30,8 26,46 26,46 50,38 76,55 70,85 45,95 20,86",
        "32,8 28,46 28,46 52,40 76,58 68,88 42,96 20,84/32,8 80,8",  # hat second
        "30,8 78,8/30,8 26,44 26,44 54,38 76,60 64,90 24,92",  # hat first
        "78,6 36,10 30,44 54,40 74,58 66,88 24,94",
    ),
    (
        "66,5 38,25 22,60 30,90 55,95 75,78 65,58 40,58 25,72",
        "56,4 30,40 24,76 44,96 70,86 72,64 50,54 28,70",
        "74,10 48,12 26,46 26,80 50,95 74,80 64,58 36,62 26,76",
        "44,4 34,50 36,88 58,94 68,74 52,62 38,76",
    ),
    (
        "18,10 82,10 82,10 46,96",
        "18,10 80,10 80,10 44,96/30,52 72,50",  # crossed
        "18,24 18,10 18,10 82,10 82,10 60,50 48,96",  # with a serif
        "16,16 46,8 80,12 80,12 56,52 50,96",
        "20,12 78,12 78,12 40,95/28,48 66,56",
    ),
    (
        "70,18 50,5 28,18 38,40 62,55 75,78 50,95 25,78 38,55 62,40 70,18",
        "50,5 30,15 32,38 50,46 70,36 70,14 50,5/50,46 25,62 27,88 50,95 75,86 74,60 50,46",  # two rings
        "30,20 50,5 72,18 62,40 38,56 25,78 50,95 75,78 62,56 36,38 30,20",  # the other way round
        "68,12 40,8 34,30 60,50 70,76 48,95 28,78 44,52 66,30 66,10",
    ),
    (
        "75,25 55,5 28,18 28,42 50,52 72,40 75,25 75,25 72,60 60,96",
        "72,28 50,5 25,20 30,46 56,50 72,28 72,10 72,10 72,96",  # straight stem
        "74,22 50,6 28,24 36,50 62,46 74,22 74,22 76,60 56,94 26,88",  # hooked tail
        "70,14 44,8 30,30 46,50 70,34 70,14 70,14 66,96",
    ),
)


@functools.cache
def reference_drawings(use: Literal["validation", "replay"], hands: int = HANDS) -> tuple[LabelledDrawing, ...]:
    """Ten digits by each simulated writer; validation and replay drawings are warped differently."""
    return tuple(_drawn_by(use, hand, label) for hand in range(hands) for label in range(len(TEMPLATES)))


def _drawn_by(use: Literal["validation", "replay"], hand: int, label: int) -> LabelledDrawing:
    seed = SEED_NAMES[use]
    own, now = rng_of(f"reference hand {seed} {hand}"), rng_of(f"reference drawing {seed} {hand} {label}")
    variants = TEMPLATES[label]
    # Shifted by the label: otherwise one writer would draw every digit by its first template.
    lines = [_smooth(stroke) for stroke in _strokes(variants[(hand + label) % len(variants)])]
    lean, stretch, pen_width = own.normal(0, 0.12), own.normal(0, 0.12), own.uniform(8, 24)
    lines = _bent(lines, now, lean, stretch)
    side, centre = now.uniform(150, 340), now.normal(250, 25, 2)
    return LabelledDrawing(
        id=f"reference-{seed}-{hand}-{label}",
        lines=tuple(np.round(line * side + centre, 2) for line in lines),
        label=label,
        contributor=f"reference-{seed}-{hand}",
        use="validation" if use == "validation" else "training",
        source="reference",
        canvas=Canvas(pen_width=round(float(pen_width), 1)),
    )


def _strokes(template: str) -> list[Line]:
    return [
        np.array([[float(n) for n in point.split(",")] for point in stroke.split()]) for stroke in template.split("/")
    ]


def _smooth(corners: Line) -> Line:
    """A curve through the points (Catmull-Rom), broken at repeated points."""
    pieces = []
    start = 0
    doubled = [i for i in range(1, len(corners)) if (corners[i] == corners[i - 1]).all()]
    for end in (*doubled, len(corners)):
        pieces.append(_spline(corners[start:end]))
        start = end
    return np.concatenate(pieces)


def _spline(points: Line) -> Line:
    if len(points) < 3:
        return np.linspace(points[0], points[-1], 12)
    closed = np.concatenate([points[:1], points, points[-1:]])
    curves = []
    for a, b, c, d in zip(closed, closed[1:], closed[2:], closed[3:], strict=False):
        steps = max(2, int(np.linalg.norm(c - b) / STEP))
        t = np.linspace(0, 1, steps, endpoint=False)[:, None]
        curves.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    return np.concatenate([*curves, points[-1:]])


def _bent(lines: list[Line], rng: np.random.Generator, lean: float, stretch: float) -> list[Line]:
    """The lines slanted, stretched, rotated and softly warped; longer side 1, centred at the origin."""
    angle, wide = rng.normal(0, 0.06), np.exp(stretch / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    matrix = np.array([[wide, 0], [0, 1 / wide]]) @ np.array([[1, 0], [-lean, 1]]) @ np.array([[cos, sin], [-sin, cos]])
    phase, size = rng.uniform(0, 2 * np.pi, (2, 2)), rng.normal(0, 2.0, (2, 2))
    warped = [(line - 50 + _wave(line, phase, size)) @ matrix for line in lines]
    points = np.concatenate(warped)
    low, high = points.min(axis=0), points.max(axis=0)
    return [(line - (low + high) / 2) / (high - low).max() for line in warped]


def _wave(line: Line, phase: NDArray[np.float64], size: NDArray[np.float64]) -> Line:
    """One slow wave along each axis, moving both coordinates."""
    waves = np.sin(line[:, None, :] * (2 * np.pi / 130) + phase[None])
    return np.asarray((waves * size[None]).sum(axis=2))
