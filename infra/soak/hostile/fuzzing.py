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
    arguments = (name, str(setting.scratch / name), str(seconds), str(setting.seed))
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
    figure = f"{count:,} inputs in {seconds} s, 0 crashes" if held else _error_in(done.stdout + done.stderr)
    return check(f"fuzzed: {name}", figure, "0 crashes", held)


def _error_in(output: str) -> str:
    found = re.search(r"=== Uncaught Python exception: ===(.*?)(==\d+==|$)", output, re.DOTALL)
    return (found[1] if found else output[-ERROR_CHARACTERS:]).strip()[:ERROR_CHARACTERS]
