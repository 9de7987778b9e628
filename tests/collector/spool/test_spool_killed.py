"""`kill -9` at any moment: whatever the spool has answered is there when it is opened again."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.upload.uploader import Uploader
from tests.collector.contributions import make_contribution

pytestmark = pytest.mark.slow  # kills processes

ANN = "a" * 32

ACCEPTING = """
import sys, threading
from pathlib import Path
from collector.spool.spool import Spool
from tests.collector.contributions import make_contribution

spool, out = Spool(Path(sys.argv[1])), threading.Lock()

def accept():
    while True:
        acknowledgement = spool.accept(make_contribution(), "a" * 32)
        with out:
            print(acknowledgement.id, acknowledgement.use, flush=True)

for _ in range(4):
    threading.Thread(target=accept).start()
"""

UPLOADING = """
import sys, threading
from pathlib import Path
from collector.storage.folder_store import FolderStore
from collector.spool.spool import Spool
from collector.upload.uploader import Uploader

class Telling(FolderStore):
    def put(self, key, body):
        super().put(key, body)
        print(key, flush=True)

Uploader(Spool(Path(sys.argv[1])), Telling(Path(sys.argv[2]))).run(threading.Event())
"""


def killed_after(lines: int, program: str, *arguments: Path) -> list[str]:
    """Every line that the program had printed when it was killed, `lines` at least."""
    command: list[str | Path] = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines_read = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        lines_read += process.stdout.readlines()
    # The last line may have been cut off by the kill.
    return [line.strip() for line in lines_read if line.endswith("\n")]


@pytest.mark.parametrize("lines", [1, 40, 150])
def test_nothing_acknowledged_is_lost_and_a_resend_gets_the_same_acknowledgement(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "spool.sqlite"

    acknowledged = dict(line.split() for line in killed_after(lines, ACCEPTING, path))

    spool = Spool(path)
    kept = {pending.id: pending.unpack() for pending in spool.uploads.pending(100_000)}
    assert len(acknowledged) >= lines
    assert set(acknowledged) <= set(kept)
    assert all(len(pngs) == 8 for _, pngs in kept.values())
    assert spool.counts().total == spool.uploads.backlog().drawings == len(kept)
    for drawing, use in acknowledged.items():
        acknowledgement = spool.accept(make_contribution(id=drawing), ANN)
        assert (acknowledgement.id, acknowledgement.use, acknowledgement.duplicate) == (drawing, use, True)
    spool.close()


@pytest.mark.parametrize("puts", [1, 9, 10, 37])
def test_an_uploader_that_is_killed_leaves_work_that_the_next_one_finishes(tmp_path: Path, puts: int) -> None:
    path, root = tmp_path / "spool.sqlite", tmp_path / "store"
    spool = Spool(path)
    ids = sorted(spool.accept(make_contribution(), ANN).id for _ in range(12))

    killed_after(puts, UPLOADING, path, root)
    store = FolderStore(root)
    Uploader(spool, store).drain()

    assert [key[-41:-5] for key in store.keys("drawings/v1/")] == ids
    assert len(list(store.keys("samples/v1/"))) == 12 * 8
    assert sorted({key[-36:] for key in store.keys("arrivals/v1/")}) == ids
    assert spool.uploads.backlog().drawings == 0
    spool.close()
