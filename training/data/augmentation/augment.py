"""Augments whole drawings: variants as other people would draw them. No stages, models or files.

A drawing is a list of strokes, each an array (n, 2) of x, y with y downwards. Augment BEFORE cutting into stages, so
that every stage belongs to one plausible drawing.
"""

from __future__ import annotations

from training.data.augmentation.device import change_device
from training.data.augmentation.ends import change_ends
from training.data.augmentation.geometry import Rng, Strokes, normalise
from training.data.augmentation.habits import change_habit
from training.data.augmentation.order import change_order
from training.data.augmentation.shape import change_shape


def augment(strokes: Strokes, label: int, rng: Rng, strength: float = 1.0) -> Strokes:
    """A variant of the drawing by another hand, habit and pointer; longer side about 1, centred at the origin.

    `strength` scales magnitudes and chances; 0 only normalises. Deterministic in `rng`'s state.
    """
    drawing = normalise(strokes)
    if strength <= 0:
        return drawing
    drawing = change_habit(drawing, label, rng, strength)
    drawing = change_order(drawing, label, rng, strength)
    drawing = change_shape(drawing, rng, strength)
    drawing = change_ends(drawing, rng, strength)
    drawing = change_device(drawing, rng, strength)
    return normalise(drawing, spacing=None)
