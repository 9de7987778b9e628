"""Rows of the kinds that most trials need, and what they are said of."""

from __future__ import annotations

from collections.abc import Sequence

from infra.soak.result import Row, Setting


class CannotRun(RuntimeError):
    """This machine lacks what the trial needs; the message says what."""


def none_of(name: str, wrong: int, of: int, what: str) -> Row:
    """Holds when nothing went wrong, and something was tried."""
    return Row(name, f"{wrong:,} of {of:,} {what}", "0", wrong == 0 < of)


def within(setting: Setting, name: str, value: float, bound: float, unit: str) -> Row:
    """Holds when `value` is at most `bound`; a short trial only tells it, for it may share its machine."""
    told = f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
    if setting.quick:
        return Row(name, f"{told} {unit}", f"<= {bound:g} {unit} (judged by the long trial alone)", held=True)
    return Row(name, f"{told} {unit}", f"<= {bound:g} {unit}", value <= bound)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that so many percent of them do not exceed.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
