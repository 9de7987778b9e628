"""`kill -9` at any moment of compaction: the next one finds every drawing, each once."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from collector.contribution.layout import ARRIVALS, SHARDS, tombstone_key
from collector.storage.folder_store import FolderStore
from tests.training.contributing import contribute
from training.data.generated.reference import reference_drawings
from training.data.shards.compaction import Compaction, live_and_left
from training.data.shards.files import ShardFiles

pytestmark = pytest.mark.slow  # kills processes

DRAWINGS = reference_drawings("replay")[::25]

COMPACTING = """
import sys
from pathlib import Path
from collector.storage.folder_store import FolderStore
from training.data.shards.compaction import Compaction
from training.data.shards import compaction
from training.data.shards.files import ShardFiles

class Telling(FolderStore):
    def put(self, key, body):
        print("put", flush=True)
        super().put(key, body)
        print("was put", flush=True)

    def delete(self, key):
        print("delete", flush=True)
        super().delete(key)

compaction.BATCH = 4  # many steps for few drawings
store = Telling(Path(sys.argv[1]))
Compaction(store, ShardFiles(store)).run()
"""


def kill_after(lines: int, seconds: float, root: Path) -> None:
    """Kills compaction a moment after it has reported so many steps, unless it ends before."""
    with subprocess.Popen([sys.executable, "-c", COMPACTING, root], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("seed", range(4))
def test_every_drawing_is_in_the_shards_once_and_none_that_was_deleted(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    store = FolderStore(tmp_path)
    ids = []
    deleted = set()

    for _ in range(3):
        ids += [contribute(store, drawing) for drawing in DRAWINGS]
        deleted.add(gone := rng.choice(ids))
        store.put(tombstone_key(gone), b"")
        kill_after(rng.randrange(1, 24), rng.choice((0.0, 0.0005, 0.003)), tmp_path)
    compaction = Compaction(store, ShardFiles(store))
    compaction.run()

    assert Counter(drawing.id for drawing in compaction.shards.drawings()) == Counter(set(ids) - deleted)
    assert list(store.keys(ARRIVALS)) == []
    assert live_and_left(store.keys(SHARDS))[1] == []
