"""How often something may happen: a bucket that fills evenly and is emptied by use."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class TokenBucket:
    """`rate` tokens a second, at most a second's worth of them saved up."""

    __slots__ = ("_filled_at", "_now", "_rate", "_tokens")

    def __init__(self, rate: float, now: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._now = now
        self._tokens = rate
        self._filled_at = now()

    def take(self, count: int = 1) -> bool:
        """Takes as many tokens; False, and none taken, when there are fewer."""
        self._fill()
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def wait(self) -> float:
        """Seconds until there is a token, 0 when there is one."""
        self._fill()
        return max(0.0, (1 - self._tokens) / self._rate)

    def _fill(self) -> None:
        now = self._now()
        self._tokens = min(self._rate, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
