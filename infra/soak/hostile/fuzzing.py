"""Fuzzes each decoder of what clients send: it may raise its own errors alone."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from infra.harness.results.rows import Row, Setting, check
from infra.soak.hostile.decoders import DECODERS

ABOUT = "Five minutes of coverage-guided fuzzing (atheris) of the frame, message and PNG decoders"

SECONDS = 100  # each; longer by hand, when a decoder changes
QUICK_SECONDS = 1
# Of one process: atheris itself leaks about a kilobyte for each text that it traces, and a gigabyte is the limit. The
# next process goes on with the inputs that the last one found.
PROCESS_SECONDS = 10
ROOT = Path(__file__).parents[3]
ERROR_CHARACTERS = 600


def run(setting: Setting) -> list[Row]:
    if importlib.util.find_spec("atheris") is None:
        reason = "atheris is not installed (make soak does, on Linux and Python below 3.14)"
        return [Row("fuzzed", reason, goal="0 crashes")]
    with ThreadPoolExecutor(len(DECODERS)) as each:  # concurrent processes: nothing is timed
        return list(each.map(lambda name: _fuzz(setting, name), DECODERS))


def _fuzz(setting: Setting, name: str) -> Row:
    seconds = QUICK_SECONDS if setting.quick else SECONDS
    spans = [min(PROCESS_SECONDS, seconds - begun) for begun in range(0, seconds, PROCESS_SECONDS)]
    total = 0
    for number, span in enumerate(spans):
        count, error = _run(name, setting.scratch / name, span, setting.seed + number)
        if error is not None:
            return check(f"fuzzed: {name}", error, "0 crashes", False)
        total += count
    return check(f"fuzzed: {name}", f"{total:,} inputs in {seconds} s, 0 crashes", "0 crashes", True)


def _run(name: str, scratch: Path, seconds: int, seed: int) -> tuple[int, str | None]:
    """The number of inputs, and what went wrong."""
    arguments = (name, str(scratch), str(seconds), str(seed))
    done = subprocess.run(
        [sys.executable, "-m", "infra.soak.hostile.fuzz_one", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    runs = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
    count = int(runs[1]) if runs else 0
    held = done.returncode == 0 and count > 0
    return count, None if held else _error_in(done.stdout + done.stderr)


def _error_in(output: str) -> str:
    found = re.search(r"=== Uncaught Python exception: ===(.*?)(==\d+==|$)", output, re.DOTALL)
    return (found[1] if found else output[-ERROR_CHARACTERS:]).strip()[:ERROR_CHARACTERS]
