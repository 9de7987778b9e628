"""Bounds that several trials of load judge by."""

from __future__ import annotations

P99_TIMES, P99_MORE_MS = 1.5, 2.0  # the larger bound of the two holds


def tolerable_p99(undisturbed_ms: float) -> float:
    """The p99 in ms that honest visitors may get beside a greedy client."""
    return max(P99_TIMES * undisturbed_ms, undisturbed_ms + P99_MORE_MS)
