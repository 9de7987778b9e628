"""What a benchmark measures and hands back; nothing is measured in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: ours beside theirs, both measured in the same run."""

    name: str
    ours: float
    unit: str
    theirs: float | None = None  # the same measured of what it is compared with
    ratio: float | None = None  # the way round that the goal is put
    goal: str = ""  # in words, as ">= 0.80 of the echo"
    met: bool | None = None  # None: told for information, no goal
    note: str = ""


@dataclass(frozen=True, slots=True)
class Curve:
    """How one figure grows with another, to be plotted."""

    name: str
    x_label: str
    y_label: str
    lines: dict[str, tuple[tuple[float, float], ...]]  # by name: (x, y)


@dataclass(frozen=True, slots=True)
class Result:
    """All that one benchmark found."""

    rows: tuple[Row, ...]
    curves: tuple[Curve, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Setting:
    """What a benchmark is given."""

    scratch: Path  # an empty folder of its own
    quick: bool = False  # a hundredth of the work, to see that it runs; its figures mean nothing
    peers: Path | None = None  # the Python that has what the service is compared with; None: those rows are left out
    drawings: tuple[Path, ...] = ()  # NDJSON files of real drawings; without any, the project's reference drawings
