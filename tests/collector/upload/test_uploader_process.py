"""The uploader as a process: it ends with whoever started it, and never works beside another."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
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


def stop_between_writes(process: subprocess.Popen[bytes], path: Path) -> None:
    """Stops it where it holds no lock of the spool: a stopped writer would keep everyone else from writing."""
    for _ in range(WAIT_SECONDS * 10):
        process.send_signal(signal.SIGSTOP)
        with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError:
                process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    pytest.fail("the uploader writes without a pause")


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
            stop_between_writes(first, path)  # it holds its place and does nothing
            spool.accept(make_contribution(), ANN)
            time.sleep(1.0)
            waiting = spool.uploads.backlog().drawings

            first.kill()
            wait_until_uploaded(spool)

            assert waiting == 1
            assert second.poll() is None
    spool.close()
