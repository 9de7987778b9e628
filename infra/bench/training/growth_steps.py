"""The steps whose growth is measured; each gives the number of its rows."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

from collector.storage.folder_store import FolderStore
from infra.bench.training.sampled import put_shards, sampled
from training.data.contributed import contributed_drawings
from training.data.dataset import LabelledDrawing, Variety, training_snapshots
from training.data.drawing_files import read_drawings
from training.data.generated.made_drawings import made_drawings
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles


def peak() -> float:
    """This process's peak resident memory, MB."""
    try:
        # Not `ru_maxrss`, which begins with the peak of the process that started this one.
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:  # macOS: in bytes
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e6


def compact(folder: str, count: int) -> int:
    store = FolderStore(Path(folder) / "store")
    compaction = Compaction(store, ShardFiles(store))
    compaction.run()
    if compaction.last != count:
        raise RuntimeError(f"{compaction.last} drawings in shards, expected {count}")
    return compaction.last


def training_rows(folder: str, count: int) -> int:
    drawings = contributed_drawings(FolderStore(Path(folder) / "store"))
    if len(drawings) != count:
        raise RuntimeError(f"{len(drawings)} drawings, expected {count}")
    return len(training_snapshots(drawings, "path48", Variety(copies=2, cuts=8), seed=1))


def shard_rows(folder: str, count: int) -> int:
    store = FolderStore(Path(folder) / "made")
    put_shards(store, (sampled(drawing) for drawing in _made(Path(folder) / "more.ndjson", count)))
    return count


def _made(file: Path, count: int) -> Iterator[LabelledDrawing]:
    with file.open("w") as lines:
        for line in made_drawings(count, reference_drawings("replay")):
            lines.write(f"{line}\n")
    return iter(read_drawings(file))
