"""How often something may happen: a bucket that fills evenly and is emptied by use."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic


class TokenBucket:
    """`rate` tokens a second, at most a second's worth of them saved up."""

    def __init__(self, rate: float, now: Callable[[], float] = monotonic) -> None:
        self._rate = rate
        self._now = now
        self._tokens = rate
        self._filled_at = now()

    def take(self) -> bool:
        """Takes a token; False when there is none."""
        if self.wait() > 0:
            return False
        self._tokens -= 1
        return True

    def wait(self) -> float:
        """Seconds until there is a token, 0 when there is one."""
        now = self._now()
        self._tokens = min(self._rate, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        return max(0.0, (1 - self._tokens) / self._rate)
