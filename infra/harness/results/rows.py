"""Rows of a result table, their three outcomes, and the settings of one run. Measures nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class CannotRun(RuntimeError):
    """This machine lacks something that the run needs; the message names it."""


class Outcome(StrEnum):
    HELD = "held"
    FAILED = "failed"
    NOT_JUDGED = "not judged"  # informational, or this run can't decide it


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ours` is a number with a unit, or text; `theirs` is the same figure of what it is compared with."""

    name: str
    ours: float | str
    unit: str = ""
    theirs: float | None = None
    ratio: float | None = None  # in the direction that the goal states
    goal: str = ""  # as text: ">= 0.80 of the echo"
    outcome: Outcome = Outcome.NOT_JUDGED
    note: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """One figure plotted against another."""

    name: str
    x_label: str
    y_label: str
    lines: dict[str, tuple[tuple[float, float], ...]]  # by name: (x, y)


@dataclass(frozen=True, slots=True)
class Result:
    """All figures of one benchmark or trial."""

    rows: tuple[Row, ...]
    curves: tuple[Curve, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Setting:
    """The settings of one benchmark or trial."""

    scratch: Path  # its own empty folder
    quick: bool = False  # a few seconds: shows that it runs; its times are not judged
    seed: int = 1  # of every random choice
    drawings: tuple[Path, ...] = ()  # NDJSON files of real drawings; the project's reference drawings if empty
    peers: Path | None = None  # a Python with the peers' packages; None leaves those rows out


def judge(holds: bool) -> Outcome:
    return Outcome.HELD if holds else Outcome.FAILED


def check(name: str, figure: str, bound: str, holds: bool) -> Row:
    return Row(name, figure, goal=bound, outcome=judge(holds))


def informational(name: str, figure: str) -> Row:
    return Row(name, figure, goal="informational")


def none_of(name: str, wrong: int, of: int, unit: str) -> Row:
    """Holds if none is wrong and at least one was tried."""
    return check(name, f"{wrong:,} of {of:,} {unit}", "0", wrong == 0 < of)


def at_most(setting: Setting, name: str, value: float, bound: float, unit: str) -> Row:
    """Holds if `value` is at most `bound`. A quick run may share its machine, so it does not judge."""
    figure = f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"
    outcome = Outcome.NOT_JUDGED if setting.quick else judge(value <= bound)
    return Row(name, f"{figure} {unit}", goal=f"<= {bound:g} {unit}", outcome=outcome)


def overall(rows: Sequence[Row]) -> Outcome:
    """Failed if any row failed, held if any row held and none failed, otherwise not judged."""
    outcomes = {row.outcome for row in rows}
    return next((each for each in (Outcome.FAILED, Outcome.HELD) if each in outcomes), Outcome.NOT_JUDGED)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of the values that this percentage of them does not exceed.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("no values to take a percentile of")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
