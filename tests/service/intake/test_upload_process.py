"""The supervisor starts the uploader again whatever ends it or keeps it from starting."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.spool.spool import Spool
from service.intake.upload_process import UploadSupervisor

WAIT_SECONDS = 60  # a bound for a busy machine, not a promise
RUNS_ON = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def supervise(tmp_path: Path, starts: list[Callable[[], subprocess.Popen[bytes]]]) -> Spool:
    """Runs until each of `starts` was called."""
    spool, stop, done = Spool(tmp_path / "spool.sqlite"), threading.Event(), threading.Event()
    left = list(starts)

    def start() -> subprocess.Popen[bytes]:
        process = left.pop(0)()
        if not left:
            done.set()
        return process

    thread = threading.Thread(target=UploadSupervisor(start, spool, stop, first_delay=0.01).run)
    thread.start()
    assert done.wait(WAIT_SECONDS)
    stop.set()
    thread.join()
    return spool


def run_on() -> subprocess.Popen[bytes]:
    return subprocess.Popen(RUNS_ON, stdin=subprocess.PIPE)


@pytest.mark.parametrize(
    "error",
    [
        OSError(24, "Too many open files"),
        MemoryError(),
        RuntimeError("can't start new thread"),
        BlockingIOError(11, "Resource temporarily unavailable"),
        ValueError("anything else"),
    ],
    ids=repr,
)
def test_an_uploader_that_can_not_be_started_is_started_later(tmp_path: Path, error: Exception) -> None:
    def fail() -> subprocess.Popen[bytes]:
        raise error

    spool = supervise(tmp_path, [fail, fail, run_on])

    assert spool.uploads.trouble().startswith("the uploader can't be started")
    spool.close()


def test_an_uploader_that_ends_is_started_again(tmp_path: Path) -> None:
    def end() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], stdin=subprocess.PIPE)

    spool = supervise(tmp_path, [end, run_on])

    assert spool.uploads.trouble() == "the uploader ended with 3"
    spool.close()
