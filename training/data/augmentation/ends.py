"""Varies the ends of strokes, where the pen lands and lifts."""

from __future__ import annotations

import numpy as np

from training.data.augmentation.geometry import Line, Rng, Strokes, is_loop, norm

ENDS = 0.35  # chance that an end is moved
OVERSHOOT, UNDERSHOOT = 0.16, 0.12  # at most, of the longer side, of the stroke's length
LOOP_OVERSHOOT = 0.22  # of the loop's length, at most
HOOK, HOOK_SIZE = 0.06, 0.06  # a small tick where the pen lands or lifts


def change_ends(strokes: Strokes, rng: Rng, strength: float) -> Strokes:
    """Strokes that begin or end early or late, or with a tick."""
    return [_change_end(_change_end(s, rng, strength), rng, strength) if len(s) > 4 else s for s in strokes]


def _change_end(stroke: Line, rng: Rng, strength: float) -> Line:
    """The stroke with its last end changed, reversed, so that a second call changes its first end."""
    if rng.random() < ENDS * strength:
        stroke = move_end(stroke, rng)
    if rng.random() < HOOK * strength:
        stroke = add_hook(stroke, rng)
    return stroke[::-1]


def move_end(stroke: Line, rng: Rng) -> Line:
    """Cuts the stroke short or extends it: around a closed loop again, else along the last curve."""
    if rng.random() < 0.45:
        keep = len(stroke) - int(rng.uniform(0, UNDERSHOOT) * len(stroke))
        return stroke[: max(keep, 3)]
    if is_loop(stroke):
        again = stroke[1 : 2 + int(rng.uniform(0, LOOP_OVERSHOOT) * len(stroke))]
        return np.concatenate([stroke, again + (stroke[-1] - stroke[0]) + rng.normal(0, 0.03, 2)])
    return np.concatenate([stroke, carry_on(stroke, rng.uniform(0, OVERSHOOT))])


def carry_on(stroke: Line, length: float) -> Line:
    """Points that continue the stroke's last direction and about half of its last curvature."""
    last, before = stroke[-1] - stroke[-3], stroke[-3] - stroke[-5]
    step = norm(last) / 2 + 1e-6
    heading = np.arctan2(last[1], last[0])
    turn = np.arctan2(before[0] * last[1] - before[1] * last[0], before @ last + 1e-12) / 4
    headings = heading + np.clip(turn, -0.2, 0.2) * np.arange(1, 1 + max(1, min(12, int(length / step))))
    return np.asarray(stroke[-1] + step * np.cumsum(np.stack([np.cos(headings), np.sin(headings)], axis=1), axis=0))


def add_hook(stroke: Line, rng: Rng) -> Line:
    angle, size = rng.uniform(0, 2 * np.pi), rng.uniform(0.3, 1) * HOOK_SIZE
    return np.concatenate([stroke, stroke[-1:] + size * np.array([[np.cos(angle), np.sin(angle)]])])
