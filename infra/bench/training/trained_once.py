"""`midstroke train --resume` as a process, and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

LARGEST_CHILD = (
    "import resource, subprocess, sys\n"
    "done = subprocess.run(sys.argv[1:], check=False)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    "sys.exit(done.returncode)\n"
)


class NotTrained(RuntimeError):
    """The command failed; the message is its output."""


def peak_of_a_training(var: Path, families: Sequence[str] = ()) -> float:
    """Peak resident memory, MB, of one training of these families (by default all) on the store in `var`.

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
    return int(done.stdout.split()[-1]) * KILOBYTE / 1e6


KILOBYTE = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
