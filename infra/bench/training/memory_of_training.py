"""The trainer's peak resident memory and its processor time with more and more drawings stored."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import numpy as np

from collector.storage.folder_store import FolderStore
from infra.bench.training.filled_store import DRAWN, fill
from infra.bench.training.trained_once import Used, train_once
from infra.harness.data.contribute import contribute, name_for
from infra.harness.data.drawings import drawings_of
from infra.harness.results.rows import Curve, Result, Row, Setting, judge
from training.data.generated.reference import reference_drawings

TITLE = "Memory of a training"
TEXT = """\
`midstroke train --resume` in a process of its own, over a folder store that holds 1,000 to 1,000,000 drawings in shards
and a hundred that arrived since: they are compacted, and all families are trained, evaluated and published. The figures
are the process's peak resident memory, mapped files included, and its processor time, imports included. The stored
drawings are five hundred in ten stages each, under as many ids.

Where it goes: TensorFlow, LiteRT and the libraries take some 600 MB before a drawing is read. The rest is batches,
augmented copies of the new drawings, at most 1,000 validation drawings and the reference drawings in three encodings,
and the shard that is written. Replay reads a few randomly sampled groups of 128 rows; no index of all drawings is held.
"""

STORED = (1_000, 10_000, 100_000, 1_000_000)
NEW = 100
GOAL_GROWTH = 1.1  # validation drawings meanwhile grow to 1,000


def measure(setting: Setting) -> Result:
    stored = (100, 300) if setting.quick else STORED
    used = {count: _used(setting, count) for count in stored}
    growth = used[stored[-1]].peak / used[stored[0]].peak
    rows = (
        *(Row(f"peak with {count:,} stored", each.peak, "MB") for count, each in used.items()),
        Row("growth of it", growth, "times", goal=f"< {GOAL_GROWTH}", outcome=judge(growth < GOAL_GROWTH)),
        *(Row(f"processor time with {count:,} stored", each.seconds, "s") for count, each in used.items()),
    )
    line = tuple((float(count), each.peak) for count, each in used.items())
    return Result(rows, (Curve("Memory of a training", "drawings stored", "MB", {"peak resident": line}),))


def _used(setting: Setting, count: int) -> Used:
    var = setting.scratch / f"stored-{count}"
    store = FolderStore(var / "store")
    try:
        fill(store, count, drawings_of(setting.drawings, DRAWN))
        new = reference_drawings("replay")[: 10 if setting.quick else NEW]
        for part in np.array_split(np.arange(len(new)), 5):
            contribute(store, [new[i] for i in part], datetime.now(UTC), name_for("training", f"writer {part[0]}"))
        return train_once(var, ("original",) if setting.quick else ())
    finally:
        shutil.rmtree(var, ignore_errors=True)
