"""What a trial finds: rows of a promise, the figure that came out, its bound, and whether it held."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    name: str  # what was done to it, in words
    figure: str  # what came out, with its unit
    bound: str  # what must hold
    held: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """What a trial is given."""

    scratch: Path  # an empty folder of its own
    quick: bool = False  # the short version, a few seconds
    seed: int = 1  # of every random choice
    drawings: tuple[Path, ...] = ()  # NDJSON files of real drawings; without any, the project's reference drawings
