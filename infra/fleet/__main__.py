"""Plans a fleet: python -m infra.fleet [DRAWERS ...] [--inputs FILE] [--check]."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from math import isinf
from pathlib import Path

from infra.fleet.check import TooBusy, check
from infra.fleet.model import INPUTS, BadInputs, Fleet, plan, read_inputs
from infra.harness.results.markdown import markdown

DRAWERS = (1_000, 100_000, 10_000_000)
WITHIN = 0.2  # of the measured load
NOT_JUDGED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0; 1 if the check is off by more than a fifth; 2 for wrong inputs; 3 if the machine is too busy."""
    parser = argparse.ArgumentParser(prog="infra.fleet", description="Plan a fleet from the number of drawers a day.")
    parser.add_argument("drawers", nargs="*", type=int, help="drawers a day; default: 1000, 100000 and 10 million")
    parser.add_argument("--inputs", type=Path, default=INPUTS, help="TOML file of visitors, machine and prices")
    parser.add_argument("--check", action="store_true", help="compare the plan with a real load on this machine, 2 min")
    given = parser.parse_args(arguments)
    try:
        inputs = read_inputs(given.inputs)
        fleets = [plan(drawers, inputs) for drawers in given.drawers or DRAWERS]
    except (BadInputs, KeyError, OSError) as error:
        print(f"fleet: {error}", file=sys.stderr)
        return 2
    print(table(fleets, str(inputs["prices"]["date"])))
    if not given.check:
        return 0
    try:
        with tempfile.TemporaryDirectory() as scratch:
            found = check(Path(scratch), inputs)
    except TooBusy as error:
        print(f"\nnot judged: {error}", file=sys.stderr)
        return NOT_JUDGED
    print()
    for planned, measured in zip(found.planned, found.measured, strict=True):
        print(f"planned {planned:.3f} of a core, measured {measured:.3f}")
    print(f"the plan is {100 * found.error:.0f} % off, the median of these")
    print(f"snapshots_per_second of a core here: {found.snapshots_per_core:.0f}")
    return int(found.error > WITHIN)


def table(fleets: Sequence[Fleet], date: str) -> str:
    """A Markdown table, a column for each fleet."""
    columns = [_column(fleet, date) for fleet in fleets]
    head, *rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    return markdown(head, rows)


def _column(fleet: Fleet, date: str) -> dict[str, str]:
    return {
        "drawers a day": f"{fleet.drawers:,}",
        "sockets, busiest hour": f"{fleet.sockets:,.0f}",
        "snapshots/s": f"{fleet.snapshots_per_second:,.0f}",
        "contributions/s": f"{fleet.contributions_per_second:,.2f}",
        "cores": f"{fleet.cores:,.2f}",
        "replicas": f"{fleet.replicas:,}",
        "memory": f"{fleet.memory_gb:,.1f} GB",
        "contributions a day": f"{fleet.contributions_per_day:,.0f}",
        "PUTs and LISTs a month": f"{fleet.puts_per_month:,.0f}",
        "GETs a month": f"{fleet.gets_per_month:,.0f}",
        "stored a month": f"{fleet.stored_gb_per_month:,.1f} GB",
        "of it shards": f"{fleet.shard_gb_per_month:,.1f} GB",
        "trainings a day": f"{fleet.trainings_per_day:,.0f}",
        "one trainer's load": f"{100 * fleet.trainer_load:,.1f} %",
        "contribution to model": "never" if isinf(fleet.lag_seconds) else f"{fleet.lag_seconds:,.0f} s",
        f"dollars a month (prices of {date})": f"{fleet.dollars:,.0f}",
        **{f"- {name}": f"{dollars:,.1f}" for name, dollars in fleet.dollars_per_month.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
