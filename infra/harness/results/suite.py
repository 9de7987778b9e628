"""Runs a list of benchmarks or trials by name: command line, scratch folders, kept results and document.

`python -m infra.bench` and `python -m infra.soak` each pass a `Suite`.
"""

from __future__ import annotations

import argparse
import importlib
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from infra.harness.results.kept import BadKept, Run, describe_machine, read_kept, write_kept
from infra.harness.results.rows import CannotRun, Outcome, Result, Row, Setting, check, judge, overall
from infra.harness.results.tables import terminal_table

LOG_BYTES = 2000
SIDE_BY_SIDE = 3  # they wait much of their time
ENDED_EARLY, NOT_RUN = "ended early", "not run"


@dataclass(frozen=True, slots=True)
class Suite:
    name: str
    description: str
    kind: str  # what its entries are: "benchmarks" or "trials"
    modules: Mapping[str, str]  # by the entry's name, in the order of the document; imported when they run
    run: Callable[[ModuleType, Setting], Result]
    title: Callable[[ModuleType], str]
    columns: tuple[str, ...]
    write_document: Callable[[Path, Mapping[str, Run]], None]
    docs: Path | None  # written after a full run unless another path is given
    untimed: frozenset[str] = frozenset()  # entries that judge no time: they run side by side, after the others


def modules_of(package: str, *folders: tuple[str, Sequence[str]]) -> dict[str, str]:
    """The modules of entries by name, in order; each of `folders` comes with the names of its entries."""
    return {name: f"{package}.{folder}.{name}" for folder, names in folders for name in names}


def main(suite: Suite, arguments: Sequence[str] | None = None) -> int:
    """Runs the named entries, or all of them.

    Returns:
        0; 1 if a run ended early or, of trials, a row failed; 2 for wrong usage; 3 if a trial judged nothing.
    """
    given = _parse(suite, arguments)
    out = given.out or Path(f"var/{suite.name}{'-quick' if given.quick else ''}.json")
    try:
        kept = read_kept(out)
    except BadKept as error:
        print(f"{suite.name}: {error}", file=sys.stderr)
        return 2
    # A SIGTERM, too, unwinds and ends the servers of the entry that runs.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(describe_machine(), flush=True)
    runs: dict[str, Run] = {}
    for name, run in _all_runs(
        suite, [name for name in suite.modules if name in (given.names or suite.modules)], given
    ):
        runs[name] = run
        print(f"\n{name}\n{terminal_table(run.result.rows, suite.columns)}", flush=True)
        if suite.kind == "benchmarks" and _is_incomplete(run):
            continue  # the figures of its last complete run stay
        kept = {each: {**kept, name: run}[each] for each in suite.modules if each in {*kept, name}}
        write_kept(out, kept, suite.kind)  # after each: an interrupt loses one entry, not all
        if given.docs is not None and not given.quick:
            suite.write_document(given.docs, kept)
    return _report(suite, runs)


def _parse(suite: Suite, arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m infra.{suite.name}", description=suite.description)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*suite.modules, []], help=", ".join(suite.modules))
    parser.add_argument("--quick", action="store_true", help="a few seconds each; times are not judged")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice")
    parser.add_argument("--drawings", type=Path, action="extend", nargs="+", default=[], metavar="FILE", help="NDJSON")
    parser.add_argument("--out", type=Path, help=f"results (var/{suite.name}.json; -quick.json with --quick)")
    parser.add_argument("--docs", type=Path, default=suite.docs, help="document made from full runs (%(default)s)")
    if suite.kind == "benchmarks":
        parser.add_argument("--peers", type=Path, metavar="PYTHON", help="a Python that has gradio")
    return parser.parse_args(arguments)


def _all_runs(suite: Suite, names: Sequence[str], given: argparse.Namespace) -> Iterator[tuple[str, Run]]:
    """Those that judge times one after another, then the rest side by side."""
    apart = [name for name in names if name in suite.untimed]
    for name in names:
        if name not in apart or len(apart) == 1:
            print(f"\n{name} ...", flush=True)
            yield name, _run(suite, name, given)
    if len(apart) > 1:
        print(f"\n{', '.join(apart)} ...", flush=True)
        yield from _side_by_side(suite, apart, given)


def _side_by_side(suite: Suite, names: Sequence[str], given: argparse.Namespace) -> Iterator[tuple[str, Run]]:
    """Each in a process of its own: trials change their environment and their limits."""
    waiting, running = list(names), dict[str, subprocess.Popen[bytes]]()
    with tempfile.TemporaryDirectory(prefix=f"{suite.name}-") as folder:
        try:
            while waiting or running:
                while waiting and len(running) < SIDE_BY_SIDE:
                    name = waiting.pop(0)
                    running[name] = subprocess.Popen(_command(suite, name, given, Path(folder) / f"{name}.json"))
                for name in [name for name, process in running.items() if process.poll() is not None]:
                    code = running.pop(name).returncode
                    kept = read_kept(Path(folder) / f"{name}.json")
                    yield name, kept.get(name) or _completed(_failed(f"exit code {code}"), name, 0.0, given)
                time.sleep(0.1)
        finally:
            for process in running.values():
                process.terminate()
                process.wait()


def _command(suite: Suite, name: str, given: argparse.Namespace, out: Path) -> list[str]:
    drawings = ["--drawings", *map(str, given.drawings)] if given.drawings else []
    quick = ["--quick"] if given.quick else []
    return [
        sys.executable,
        "-m",
        f"infra.{suite.name}",
        name,
        "--seed",
        str(given.seed),
        "--out",
        str(out),
        *drawings,
        *quick,
    ]


def _run(suite: Suite, name: str, given: argparse.Namespace) -> Run:
    began, title = time.monotonic(), name
    # A temporary folder: paths stay short, and nothing is left behind.
    with tempfile.TemporaryDirectory(prefix=f"{suite.name}-", ignore_cleanup_errors=True) as scratch:
        setting = Setting(Path(scratch), given.quick, given.seed, tuple(given.drawings), getattr(given, "peers", None))
        try:
            module = importlib.import_module(suite.modules[name])
            title = suite.title(module)
            result = suite.run(module, setting)
        except CannotRun as reason:
            result = Result((Row(NOT_RUN, str(reason), goal="runs"),))
        except Exception as error:  # the other entries still run
            traceback.print_exc()
            _print_logs(Path(scratch))
            message = f"{type(error).__name__}: {error!s:.200}"
            result = _failed(message)
    return _completed(result, title, time.monotonic() - began, given)


def _failed(message: str) -> Result:
    return Result((check(ENDED_EARLY, message, "runs to its end", holds=False),))


def _completed(result: Result, title: str, seconds: float, given: argparse.Namespace) -> Run:
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Run(result, title, describe_machine(), at, round(seconds, 1), given.quick, given.seed)


def _print_logs(scratch: Path) -> None:
    for log in sorted(scratch.rglob("*.log")):
        print(f"--- the end of {log}\n{log.read_text(errors='replace')[-LOG_BYTES:]}", file=sys.stderr)


def _is_incomplete(run: Run, names: Sequence[str] = (ENDED_EARLY, NOT_RUN)) -> bool:
    return any(row.name in names for row in run.result.rows)


def _report(suite: Suite, runs: Mapping[str, Run]) -> int:
    """Prints a line on the whole and returns the exit code."""
    outcomes = {name: overall(run.result.rows) for name, run in runs.items()}
    if suite.kind == "benchmarks":  # a goal that a slow machine misses is no error
        outcomes = {name: judge(not _is_incomplete(run, [ENDED_EARLY])) for name, run in runs.items()}
    failed, unjudged = (
        [name for name, outcome in outcomes.items() if outcome is wanted]
        for wanted in (Outcome.FAILED, Outcome.NOT_JUDGED)
    )
    words = [
        f"{outcome}: {', '.join(names)}" for outcome, names in (("failed", failed), ("not judged", unjudged)) if names
    ]
    minutes = sum(run.seconds for run in runs.values()) / 60
    everything = "all held" if suite.kind == "trials" else "all measured"
    print(f"\n{len(runs)} {suite.kind}, {minutes:.1f} minutes; {'; '.join(words) or everything}", flush=True)
    return 1 if failed else 3 if unjudged else 0
