"""What the machine itself gains by a second process: the model's sums alone, without a wire.

python -m infra.bench.sums CORE SECONDS
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from infra.bench.versions import shipped
from training.artifact import check_artifact
from training.dataset import judged_snapshots
from training.reference import reference_drawings

FAMILY = "softmax"


def per_second(cores: Sequence[int], seconds: float) -> float:
    """Predictions a second by one process on each of these cores, all at once."""
    command = [sys.executable, "-m", "infra.bench.sums"]
    running = [
        subprocess.Popen([*command, str(core), str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for core in cores
    ]
    for process in running:
        _line(process)  # it is ready
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    done = sum(float(_line(process)) for process in running)
    for process in running:
        process.communicate()
    return done


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def _sum(core: int, seconds: float) -> None:
    os.sched_setaffinity(0, {core})
    interpreter = check_artifact(shipped(FAMILY))
    inputs = judged_snapshots(reference_drawings("judging", 1), "ink20").batch(slice(0, 1))
    print("ready", flush=True)
    sys.stdin.readline()
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        interpreter.predict(inputs)
        count += 1
    print(count / (time.perf_counter() - began), flush=True)


if __name__ == "__main__":
    _sum(int(sys.argv[1]), float(sys.argv[2]))
