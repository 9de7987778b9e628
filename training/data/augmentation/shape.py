"""Varies the shape of a drawing: rotation, slant, stretch, bends and rounding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.data.augmentation.geometry import Line, Rng, Strokes, smooth, split_like

# One unit is the drawing's longer side.
TURN = 0.17  # rad, sd (10 degrees)
SHEAR = 0.22  # sd
STRETCH = 0.22  # sd of the log of width over height
PERSPECTIVE = 0.14  # sd of the gradient of the depth
BENDS, BEND_REACH, BEND_SIZE = 4, 0.3, 0.045  # smooth local pushes: how many, how wide, sd of each
STROKE_SHIFT, STROKE_SCALE, STROKE_TURN = 0.035, 0.10, 0.08  # sd a stroke, of several
ROUND_CORNERS, SHARPEN = 0.30, 0.12  # chance that the pen rounds its turns, or overdoes them


def change_shape(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    """The lines rotated, slanted, stretched, bent and rounded, as a whole and stroke by stroke."""
    if len(strokes) > 1:
        strokes = [move_stroke(stroke, rng, strength) for stroke in strokes]
    if rng.random() < (ROUND_CORNERS + SHARPEN) * min(1, strength):
        strokes = round_or_sharpen(strokes, rng)
    points = np.concatenate(strokes)
    points = bend(points, rng, strength)
    points = lean(points, rng, strength)
    return split_like(points @ turn_and_stretch(rng, strength), strokes)


def turn_and_stretch(rng: Rng, strength: float) -> NDArray[np.float64]:
    """A matrix (2, 2): rotation, slant and change of aspect together."""
    angle, slant, stretch = rng.normal(0, [TURN * strength, SHEAR * strength, STRETCH * strength])
    cos, sin = np.cos(angle), np.sin(angle)
    wide = np.exp(stretch / 2)
    return np.asarray(
        np.array([[wide, 0], [0, 1 / wide]]) @ np.array([[1, 0], [slant, 1]]) @ np.array([[cos, sin], [-sin, cos]])
    )


def bend(points: Line, rng: Rng, strength: float) -> Line:
    """A few soft pushes at random places: parts of the digit grow, shrink and lean on their own."""
    centres = rng.uniform(-0.6, 0.6, (BENDS, 2))
    pushes = rng.normal(0, BEND_SIZE * strength, (BENDS, 2)) * 1.5
    away = points[:, None, :] - centres[None]
    near = np.exp(-(away**2).sum(axis=2) / (2 * BEND_REACH**2))
    return np.asarray(points + near @ pushes)


def lean(points: Line, rng: Rng, strength: float) -> Line:
    """Perspective: one side larger than the other."""
    slope = np.clip(rng.normal(0, PERSPECTIVE * strength, 2), -0.6, 0.6)
    return np.asarray(points / (1 + points @ slope)[:, None])


def move_stroke(stroke: Line, rng: Rng, strength: float) -> Line:
    """One stroke of several: its own place, size and slant."""
    middle = (stroke.min(axis=0) + stroke.max(axis=0)) / 2
    shift = rng.normal(0, STROKE_SHIFT * strength, 2)
    scale = np.exp(rng.normal(0, STROKE_SCALE * strength))
    angle = rng.normal(0, STROKE_TURN * strength)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    return np.asarray((stroke - middle) @ np.array([[cos, sin], [-sin, cos]]) + middle + shift)


def round_or_sharpen(strokes: Strokes, rng: Rng) -> Strokes:
    sigma = rng.uniform(0.8, 3.0)
    amount = rng.uniform(0.4, 1.0)
    if rng.random() < SHARPEN / (ROUND_CORNERS + SHARPEN):
        amount = -0.6 * amount
    return [s + amount * (smooth(s, sigma) - s) if len(s) > 4 else s for s in strokes]
