"""Accuracy of models that two workers fit on Ray, beside those that one process fits from the same seeds."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.harness.results.rows import CannotRun, Result, Row, Setting, judge
from training.data.generated.made_drawings import made_drawings
from training.data.generated.reference import reference_drawings

TITLE = "Fitted on Ray"
TEXT = """\
Fits from scratch as `midstroke train` makes them with and without `--ray`, from three seeds: the same snapshots, the
same batches. On Ray, two workers train on half of each batch, and their states are averaged every 20 batches. The
figure is the mean accuracy over the ten stages on the validation drawings, in points.

The drawings are made ones where no files are given, and the recipes are shortened to what a small machine affords. So
the figure compares the two ways, and says nothing about how good the models become.
"""

SEEDS = (1, 2, 3)
FAMILIES = {"softmax": (200, 128), "path": (600, 192)}  # batches, and snapshots of each
GOAL_POINTS = 0.3
MADE = 600  # drawings, where no files are given

# Of its own: neither Ray nor TensorFlow leaves the process that has used it as it was.
FITS = """
import json, sys
from pathlib import Path
from infra.bench.training.fits import accuracies
family, batches, size, seeds, *files = sys.argv[1:]
print(json.dumps(accuracies([Path(file) for file in files], family, int(batches), int(size), json.loads(seeds))))
"""


def measure(setting: Setting) -> Result:
    if importlib.util.find_spec("ray") is None:
        raise CannotRun("Ray is not installed: pip install 'midstroke[ray]'")
    files = list(setting.drawings) or [_made(setting.scratch, 300 if setting.quick else MADE)]
    rows = []
    for family, (batches, size) in {"softmax": (20, 128)}.items() if setting.quick else FAMILIES.items():
        seeds = SEEDS[:1] if setting.quick else SEEDS
        pairs = _accuracies(files, family, batches, size, seeds)
        for seed, (here, there) in zip(seeds, pairs, strict=True):
            rows.append(Row(f"{family}, {batches} batches of {size}, seed {seed}", there, "points", theirs=here))
        apart = sum(there - here for here, there in pairs) / len(pairs)
        goal, met = f">= -{GOAL_POINTS}", judge(apart >= -GOAL_POINTS)
        rows.append(Row(f"{family}: mean of the seeds beside one process", apart, "points", goal=goal, outcome=met))
    return Result(tuple(rows))


def _accuracies(
    files: Sequence[Path], family: str, batches: int, size: int, seeds: Sequence[int]
) -> list[tuple[float, float]]:
    command = [sys.executable, "-c", FITS, family, str(batches), str(size), json.dumps(seeds), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"fits of {family} ended with {done.returncode}: {done.stderr[-2000:]}")
    pairs: list[tuple[float, float]] = json.loads(done.stdout.splitlines()[-1])
    return pairs


def _made(scratch: Path, count: int) -> Path:
    file = scratch / "made.ndjson"
    file.write_text("".join(f"{line}\n" for line in made_drawings(count, reference_drawings("replay"))))
    return file
