"""Decides when continued training is long: on most of what is stored, once hundreds of drawings have come."""

from __future__ import annotations

import math

LEAST_DRAWINGS = 100
GROWTH = 1.25  # of the drawings trained on, from one long training to the next


def is_long_due(before: int, new: int) -> bool:
    """True if `new` drawings, after `before` that were trained on, pass 100, or one of the steps of a quarter more."""
    return _steps(before + new) > _steps(before)


def _steps(drawings: int) -> int:
    return 0 if drawings < LEAST_DRAWINGS else 1 + int(math.log(drawings / LEAST_DRAWINGS, GROWTH))
