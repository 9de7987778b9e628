"""A token bucket: limits a rate, and allows a burst of one second."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class TokenBucket:
    """Adds `rate` tokens a second and holds at most one second's worth."""

    __slots__ = ("_filled_at", "_now", "_rate", "_tokens")

    def __init__(self, rate: float, now: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._now = now
        self._tokens = rate
        self._filled_at = now()

    def take(self, count: int = 1) -> bool:
        """Takes `count` tokens, or none and returns False if there are fewer."""
        self._fill()
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def wait(self) -> float:
        """Seconds until a token is available; 0 if one is."""
        self._fill()
        return max(0.0, (1 - self._tokens) / self._rate)

    def _fill(self) -> None:
        now = self._now()
        self._tokens = min(self._rate, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
