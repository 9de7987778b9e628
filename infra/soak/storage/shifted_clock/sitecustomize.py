"""Shifts a Python process's clock by MIDSTROKE_SOAK_CLOCK_SHIFT seconds; Python imports it at start from PYTHONPATH.

The machine's clock can't be set without privileges, nor for one process alone.
"""

from __future__ import annotations

import datetime
import os
import time
from typing import Self

SHIFT = float(os.environ.get("MIDSTROKE_SOAK_CLOCK_SHIFT", "0"))

_time = time.time


class ShiftedDatetime(datetime.datetime):
    """The original, with `now` and `utcnow` shifted."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return super().now(tz) + datetime.timedelta(seconds=SHIFT)

    @classmethod
    def utcnow(cls) -> Self:
        return super().utcnow() + datetime.timedelta(seconds=SHIFT)


if SHIFT:
    datetime.datetime = ShiftedDatetime  # type: ignore[misc]  # later imports get this one
    time.time = lambda: _time() + SHIFT
