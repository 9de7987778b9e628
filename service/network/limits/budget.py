"""A budget of processor time and bytes for one connection: spending creates debt, and time repays it. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

BURST_SECONDS = 0.25  # of processor time, saved up while idle: two full-size contributions at once
FIRST_SECONDS = 0.1  # of a new connection: one that comes again and again gets little more by it
BYTES_PER_SECOND = 2 * 2**20  # some 80 times what 60 snapshots a second take
BURST_BYTES = 4 * 2**20
SECONDS_PER_FRAME = 150e-6  # of processor time for a snapshot and its answer, on a slow machine
LEAST_SHARE = 0.05  # of the processor, however few snapshots a second are allowed


class Budget:
    """`share` seconds of processor time and BYTES_PER_SECOND a second. Spending may overdraw it: then `wait`."""

    __slots__ = ("_bytes", "_filled_at", "_now", "_seconds", "_share")

    def __init__(self, share: float, now: Callable[[], float] = monotonic) -> None:
        self._share = share
        self._now = now
        self._seconds = FIRST_SECONDS
        self._bytes: float = BURST_BYTES
        self._filled_at = now()

    def spend(self, seconds: float = 0.0, size: int = 0) -> None:
        """Takes processor time and bytes that have been used already."""
        self._fill()
        self._seconds -= seconds
        self._bytes -= size

    def wait(self) -> float:
        """Seconds until nothing is overdrawn; 0 when nothing is."""
        if self._seconds >= 0 and self._bytes >= 0:
            return 0.0
        self._fill()
        return max(0.0, -self._seconds / self._share, -self._bytes / BYTES_PER_SECOND)

    def _fill(self) -> None:
        now = self._now()
        passed = now - self._filled_at
        self._filled_at = now
        self._seconds = min(BURST_SECONDS, self._seconds + passed * self._share)
        self._bytes = min(BURST_BYTES, self._bytes + passed * BYTES_PER_SECOND)


def share_of(frames_per_second: float) -> float:
    """The share of the processor that answers so many snapshots a second; 1 is all of it."""
    return min(1.0, max(LEAST_SHARE, frames_per_second * SECONDS_PER_FRAME))
