"""Computes the wait before reconnecting after a close, and names the codes after which not to."""

from __future__ import annotations

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 15.0
RESTART_SECONDS = 0.4  # at most, after 1012: the service is back already
FINAL = (1000, 1002, 1007)
RESTARTED = 1012


def retry_delay(attempt: int, jitter: float) -> float:
    """Seconds: 0.5 doubling to 15, a random part (`jitter` 0 to 1) from half to whole of it; attempts count from 0."""
    return float(min(FIRST_SECONDS * 2.0 ** min(attempt, 16), LONGEST_SECONDS)) * (0.5 + jitter / 2)


def delay_after(code: int, attempt: int, jitter: float) -> float | None:
    """Seconds to wait before reconnecting after a close with this code; None: do not reconnect."""
    if code in FINAL or 4400 <= code < 4500:
        return None
    if code == RESTARTED and attempt == 0:
        return RESTART_SECONDS * jitter
    return retry_delay(attempt, jitter)
