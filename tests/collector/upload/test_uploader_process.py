"""The uploader as a process: it ends with whoever started it, and never works beside another."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from tests.collector.contributions import make_contribution

pytestmark = pytest.mark.slow  # starts processes

ANN = "a" * 32
WAIT_SECONDS = 30  # a bound for a busy machine, not a promise


@contextmanager
def uploading(path: Path) -> Iterator[subprocess.Popen[bytes]]:
    env = {**os.environ, "MIDSTROKE_VAR": str(path.parent), "MIDSTROKE_STORE": str(path.parent / "store")}
    process = subprocess.Popen(
        [sys.executable, "-m", "collector.upload.uploader_process", path], stdin=subprocess.PIPE, env=env
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until_uploaded(spool: Spool) -> None:
    for _ in range(WAIT_SECONDS * 50):
        if spool.uploads.backlog().drawings == 0:
            return
        time.sleep(0.02)
    pytest.fail(f"{spool.uploads.backlog()} after {WAIT_SECONDS} s")


def test_the_other_process_uploads_the_spool_and_ends_with_its_input(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.accept(make_contribution(), ANN)

    with uploading(path) as process:
        wait_until_uploaded(spool)
        spool.accept(make_contribution(), ANN)
        wait_until_uploaded(spool)
        process.communicate(timeout=WAIT_SECONDS)

    assert process.returncode == 0
    assert len(list(FolderStore(tmp_path / "store").keys("drawings/"))) == 2
    spool.close()


def test_a_second_one_waits_for_the_first_to_end(tmp_path: Path) -> None:
    path = tmp_path / "spool.sqlite"
    spool = Spool(path)
    spool.accept(make_contribution(), ANN)
    with uploading(path) as first:
        wait_until_uploaded(spool)
        with uploading(path) as second:
            first.send_signal(19)  # SIGSTOP: it holds its place and does nothing
            spool.accept(make_contribution(), ANN)
            time.sleep(1.0)
            waiting = spool.uploads.backlog().drawings

            first.kill()
            wait_until_uploaded(spool)

            assert waiting == 1
            assert second.poll() is None
    spool.close()
