"""Results as they are kept in `var/bench.json`: each benchmark's last run, so that one can be run anew alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.bench.result import Curve, Result, Row

FORMAT = 1


class BadKept(ValueError):
    """The file is not what `write_kept` writes."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One benchmark's last run."""

    result: Result
    machine: str
    at: str  # UTC, to the minute
    seconds: float  # that it took
    quick: bool


def read_kept(file: Path) -> dict[str, Kept]:
    """What was kept, by benchmark; nothing where there is no file yet.

    Raises:
        BadKept: the file is something else.
    """
    if not file.exists():
        return {}
    try:
        record = json.loads(file.read_text())
        if record["format"] != FORMAT:
            raise BadKept(f"{file} has format {record['format']!r:.40}, expected {FORMAT}")
        return {name: _parse(kept) for name, kept in record["benchmarks"].items()}
    except (ValueError, KeyError, TypeError) as error:
        raise BadKept(f"{file} can't be read: {error}") from error


def write_kept(file: Path, kept: Mapping[str, Kept]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    record = {"format": FORMAT, "benchmarks": {name: asdict(each) for name, each in kept.items()}}
    new = file.with_suffix(".new")
    new.write_text(json.dumps(record, indent=1) + "\n")
    new.replace(file)  # whoever reads meanwhile sees the old or the new


def _parse(record: dict[str, Any]) -> Kept:
    rows = tuple(Row(**row) for row in record["result"]["rows"])
    curves = tuple(
        Curve(**{**curve, "lines": {name: tuple((x, y) for x, y in line) for name, line in curve["lines"].items()}})
        for curve in record["result"]["curves"]
    )
    return Kept(**{**record, "result": Result(rows, curves)})
