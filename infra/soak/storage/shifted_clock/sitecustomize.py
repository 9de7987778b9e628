"""Sets the clock of a Python process by MIDSTROKE_SOAK_CLOCK_SHIFT seconds: on its path, Python reads this at start.

The machine's own clock can't be set without privileges, and not for one process alone.
"""

from __future__ import annotations

import datetime
import os
import time
from typing import Self

SHIFT = float(os.environ.get("MIDSTROKE_SOAK_CLOCK_SHIFT", "0"))

_time = time.time


class ShiftedDatetime(datetime.datetime):
    """Tells the shifted time; all else is the original's."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Self:
        return super().now(tz) + datetime.timedelta(seconds=SHIFT)

    @classmethod
    def utcnow(cls) -> Self:
        return super().utcnow() + datetime.timedelta(seconds=SHIFT)


if SHIFT:
    datetime.datetime = ShiftedDatetime  # type: ignore[misc]  # whatever is imported later finds this one
    time.time = lambda: _time() + SHIFT
