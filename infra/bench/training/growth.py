"""Time and memory of compaction, of training rows and of shard rows, with 1, 2 and 4 times the drawings."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.storage.folder_store import FolderStore
from infra.harness.data.contribute import contribute, name_for
from infra.harness.results.rows import Curve, Result, Row, Setting, judge
from training.data.drawing_files import read_drawings
from training.data.generated.made_drawings import made_drawings
from training.data.generated.reference import reference_drawings

TITLE = "Growth"
TEXT = """\
Three steps, each in a process of its own, with 1, 2 and 4 times the drawings (made ones, `midstroke make-drawings`).
*Compaction* reads drawings with ten PNGs each from a folder store and writes shards. *Training rows* reads these shards
and makes augmented snapshots for `path`. *Shard rows* makes drawings, samples them at ten stages and writes them as
shards, as a store of millions is made to measure with.

Time is processor time without imports, so that other work on the machine counts little; memory is the process's peak,
imports included. Time should be linear: the cost of a drawing stays what it is. Memory of compaction and of shard rows
should be flat; that of training rows grows, because the arrays of a training are held, and the figure is what a drawing
adds.
"""

TIMES = (1, 2, 4)
DRAWINGS, MADE = 500, 5_000
GOAL_TIME, GOAL_MEMORY = 1.3, 1.2  # of a drawing at 4 times, and of the peak, beside those at once
MILLION, GOAL_MB = 1_000_000, 3_000.0

STEP = """
import json, sys, time
from infra.bench.training import growth_steps
step, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
began = time.process_time()
rows = getattr(growth_steps, step)(folder, count)
seconds = time.process_time() - began
print(json.dumps([rows, seconds, growth_steps.peak()]))
"""


@dataclass(frozen=True, slots=True)
class _Point:
    drawings: int
    rows: int
    seconds: float
    peak: float  # MB

    @property
    def each(self) -> float:
        """Milliseconds of a drawing."""
        return 1000 * self.seconds / self.drawings


def measure(setting: Setting) -> Result:
    drawings, made = (20, 40) if setting.quick else (DRAWINGS, MADE)
    steps: dict[str, list[_Point]] = {"compaction": [], "training rows": [], "shard rows": []}
    for times in TIMES:
        folder = setting.scratch / str(times)
        _contribute(folder, drawings * times)
        steps["compaction"].append(_step("compact", folder, drawings * times))
        steps["training rows"].append(_step("training_rows", folder, drawings * times))
        steps["shard rows"].append(_step("shard_rows", folder, made * times))
        shutil.rmtree(folder)
    rows = [row for name, points in steps.items() for row in _rows(name, points)]
    last = steps["shard rows"][-1]
    million = last.each * MILLION / 1000 / 3600
    rows.append(Row(f"{MILLION:,} shard rows at that cost", million, "h of a core", note="estimated"))
    rows.append(
        Row("peak of shard rows, flat", last.peak, "MB", goal=f"< {GOAL_MB:.0f}", outcome=judge(last.peak < GOAL_MB))
    )
    curves = tuple(
        Curve(f"Growth: {name}", "drawings", "s", {"processor time": tuple((p.drawings, p.seconds) for p in points)})
        for name, points in steps.items()
    )
    return Result(tuple(rows), curves)


def _rows(name: str, points: Sequence[_Point]) -> list[Row]:
    first, last = points[0], points[-1]
    growth = last.each / first.each
    rows = [Row(f"{name}, {p.drawings:,} drawings", p.each, "ms each", note=f"peak {p.peak:.0f} MB") for p in points]
    rows.append(
        Row(f"{name}: a drawing at 4 times", growth, "times", goal=f"< {GOAL_TIME}", outcome=judge(growth < GOAL_TIME))
    )
    if name == "training rows":
        added = 1000 * (last.peak - first.peak) / (last.drawings - first.drawings)
        return [*rows, Row(f"{name}: memory of a drawing more", added, "kB")]
    memory = last.peak / first.peak
    held = judge(memory < GOAL_MEMORY)
    return [*rows, Row(f"{name}: peak at 4 times", memory, "times", goal=f"< {GOAL_MEMORY}", outcome=held)]


def _contribute(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    file = folder / "made.ndjson"
    file.write_text("".join(f"{line}\n" for line in made_drawings(count, reference_drawings("replay"))))
    contributor = name_for("training", "growth")
    contribute(FolderStore(folder / "store"), list(read_drawings(file)), datetime.now(UTC), contributor)


def _step(name: str, folder: Path, count: int) -> _Point:
    command = [sys.executable, "-c", STEP, name, str(folder), str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{name} ended with {done.returncode}: {done.stderr[-2000:]}")
    rows, seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return _Point(count, rows, seconds, peak)
