"""Results as JSON in `var/`: the last run of each benchmark or trial, so that each can run again alone.

Reads the two formats of release 0.1.0 too: `{"format": 1, "benchmarks": {...}}` and `{"trials": [...]}`.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.harness.results.renamed import new_name
from infra.harness.results.rows import Curve, Outcome, Result, Row, judge

FORMAT = 2


class BadKept(ValueError):
    """The file holds no results in a known format."""


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of one benchmark or trial."""

    result: Result
    title: str
    machine: str
    at: str  # UTC, to the minute
    seconds: float
    quick: bool
    seed: int = 1


def read_kept(file: Path) -> dict[str, Run]:
    """The runs in the file by name; empty if there is no file.

    Raises:
        BadKept: the file has another format.
    """
    if not file.exists():
        return {}
    try:
        return _parse(json.loads(file.read_text()))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadKept(f"{file} can't be read: {error}") from error


def write_kept(file: Path, runs: Mapping[str, Run], kind: str) -> None:
    """Replaces the file; `kind` is the key of all runs, "benchmarks" or "trials"."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps({"format": FORMAT, kind: {name: asdict(run) for name, run in runs.items()}}, indent=1))
    new.replace(file)  # a concurrent reader sees the old file or the new one


def _parse(record: dict[str, Any]) -> dict[str, Run]:
    known = record.get("format", 1)
    if known not in (1, FORMAT):
        raise BadKept(f"format {known!r:.40}, expected {FORMAT} or 1")
    runs = record.get("benchmarks") or record.get("trials") or {}
    if isinstance(runs, list):  # soak results of 0.1.0
        return {run["trial"]: _soak_run_1(run) for run in runs}
    return {name: _run(run) for name, run in runs.items()}


def _run(record: dict[str, Any]) -> Run:
    curves = tuple(
        Curve(**{**curve, "lines": {name: tuple((x, y) for x, y in line) for name, line in curve["lines"].items()}})
        for curve in record["result"]["curves"]
    )
    rows = tuple(map(_row, record["result"]["rows"]))
    return Run(**{"title": "", **record, "result": Result(rows, curves)})


def _soak_run_1(record: dict[str, Any]) -> Run:
    result = Result(tuple(map(_row, record["rows"])))
    return Run(result, record["about"], "", "", record["seconds"], quick=False, seed=record["seed"])


def _row(record: dict[str, Any]) -> Row:
    fields = dict(record)
    if "outcome" in fields:
        return Row(**{**fields, "outcome": Outcome(fields["outcome"])})
    fields["name"] = new_name(fields["name"])
    if "held" in fields:  # of soak
        held, goal = fields["held"], fields["bound"]
        if goal == "told for information":
            return Row(fields["name"], fields["figure"], goal="informational")
        return Row(fields["name"], fields["figure"], goal=goal, outcome=judge(held))
    met = fields.pop("met", None)
    return Row(**fields, outcome=Outcome.NOT_JUDGED if met is None else judge(met))


def describe_machine() -> str:
    """Processor, usable cores, memory, system and Python version, in one line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{_processor()}, {cores} cores, {memory:.0f} GiB, {system}, Python {platform.python_version()}"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE) if cpuinfo.exists() else None
    return named[1] if named else platform.machine()
