"""Inference alone, without a wire, in processes of its own.

python -m infra.bench.serving.inference_time CORE BEGIN SECONDS FAMILY
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence

from infra.harness.champions import shipped_artifact
from training.data.dataset import evaluation_snapshots
from training.data.generated.reference import reference_drawings
from training.models.artifact import check_artifact

READY_SECONDS = 3.0  # until every process has its model; all begin at the same moment


def per_second(cores: Sequence[int], seconds: float, family: str = "softmax") -> float:
    """Predictions/s by the family's shipped model, of one process on each of these cores, all at the same time."""
    begin = time.monotonic() + READY_SECONDS
    command = [sys.executable, "-m", "infra.bench.serving.inference_time"]
    running = [
        subprocess.Popen([*command, str(core), str(begin), str(seconds), family], stdout=subprocess.PIPE, text=True)
        for core in cores
    ]
    return sum(float(process.communicate()[0]) for process in running)


def _alone(core: int, begin: float, seconds: float, family: str) -> float:
    os.sched_setaffinity(0, {core})
    artifact = shipped_artifact(family)
    interpreter = check_artifact(artifact)
    inputs = evaluation_snapshots(reference_drawings("validation", 1), artifact.card.encoding).batch(slice(0, 1))
    time.sleep(max(0.0, begin - time.monotonic()))
    count, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        interpreter.predict(inputs)
        count += 1
    return count / (time.monotonic() - began)


if __name__ == "__main__":
    print(_alone(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
