"""Tries the service until something gives, and tells what held: python -m infra.soak [TRIAL ...].

Every trial is a module of this folder with ABOUT, what is done in a sentence, and `run(setting) -> list[Row]`.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from infra.soak.report import Found, merge, write_table
from infra.soak.result import Row, Setting
from infra.soak.rows import CannotRun

# Each trial and its folder, in the order of docs/reliability.md.
TRIALS = {
    "killed": "storage",
    "store_down": "storage",
    "store_misbehaves": "storage",
    "disk": "storage",
    "spool_full": "storage",
    "resent": "storage",
    "lost_page": "storage",
    "crowd": "load",
    "greedy": "load",
    "stopped": "load",
    "hostile_frames": "hostile",
    "bombs": "hostile",
    "origins": "hostile",
    "stored_text": "hostile",
    "artifacts": "hostile",
    "fuzzing": "hostile",
    "poison": "training",
    "trainer_killed": "training",
}


def main() -> int:
    """Runs the trials that are named, all without names; 1 when something did not hold."""
    given = _arguments()
    # So that a SIGTERM, too, ends the servers of the trial that is under way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = []
    for name in given.trials or TRIALS:
        print(f"\n{name}", flush=True)
        found.append(_try(name, given))
        for row in found[-1].rows:
            print(f"  {'held' if row.held else 'NOT HELD'}  {row.name}: {row.figure} ({row.bound})", flush=True)
        merged = merge(given.out, found[-1:], tuple(TRIALS))  # after each: who is stopped loses one trial, not all
        if given.docs is not None:
            write_table(given.docs, merged)
    broken = [one.trial for one in found if not one.held]
    minutes = sum(one.seconds for one in found) / 60
    print(
        f"\n{len(found)} trials, {minutes:.1f} minutes; " + (f"not held: {', '.join(broken)}" if broken else "all held")
    )
    return 1 if broken else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.soak", description=__doc__)
    parser.add_argument("trials", nargs="*", metavar="TRIAL", choices=[*TRIALS, []], help=", ".join(TRIALS))
    parser.add_argument("--quick", action="store_true", help="short versions, a few seconds each")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice")
    parser.add_argument("--drawings", type=Path, action="extend", nargs="+", default=[], help="NDJSON files")
    parser.add_argument("--out", type=Path, default=Path("var/soak.json"), help="where the rows are kept")
    parser.add_argument("--docs", type=Path, help="the text whose table is to be written: docs/reliability.md")
    return parser.parse_args()


def _try(name: str, given: argparse.Namespace) -> Found:
    began = time.monotonic()
    about, rows = name, list[Row]()
    # A temporary folder: paths stay short, and nothing of a trial lies about after it.
    with tempfile.TemporaryDirectory(prefix="soak-", ignore_cleanup_errors=True) as scratch:
        try:
            trial = importlib.import_module(f"infra.soak.{TRIALS[name]}.{name}")
            about = trial.ABOUT.rstrip(".")
            rows = trial.run(Setting(Path(scratch), given.quick, given.seed, tuple(given.drawings)))
        except CannotRun as reason:
            rows = [Row("could not be tried", str(reason), "tried", held=False)]
        except Exception as error:  # the other trials are to run all the same
            traceback.print_exc()
            _print_logs(Path(scratch))
            rows = [
                Row("ended before its end", f"{type(error).__name__}: {error!s:.200}", "ran to its end", held=False)
            ]
    return Found(name, about, round(time.monotonic() - began, 1), given.seed, tuple(rows))


def _print_logs(scratch: Path) -> None:
    logs: Sequence[Path] = sorted(scratch.rglob("*.log"))
    for log in logs:
        print(f"--- the end of {log}\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
