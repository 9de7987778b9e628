"""`midstroke train --resume` as a process: its peak memory and its processor time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LARGEST_CHILD = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], check=False)\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(used.ru_maxrss, used.ru_utime + used.ru_stime)\n"
    "sys.exit(done.returncode)\n"
)


class NotTrained(RuntimeError):
    """The command failed; the message is its output."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a training took: peak resident memory, MB, and processor time, s."""

    peak: float
    seconds: float


def train_once(var: Path, families: Sequence[str] = ()) -> Used:
    """One training of these families (by default all) on the store in `var`.

    Raises:
        NotTrained: it failed, or trained nothing.
    """
    command = [sys.executable, "-m", "service", "train", "--resume"]
    for family in families:
        command += ["--family", family]
    # By a process in between, whose only child it is: this one may have had larger children.
    done = subprocess.run(
        [sys.executable, "-c", LARGEST_CHILD, *command],
        env={**os.environ, "MIDSTROKE_VAR": str(var)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0 or "no new drawings" in done.stdout:
        raise NotTrained(f"{' '.join(command[1:])} ended with {done.returncode}: {done.stdout}{done.stderr[-2000:]}")
    peak, seconds = done.stdout.split()[-2:]
    return Used(int(peak) * KILOBYTE / 1e6, float(seconds))


KILOBYTE = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
