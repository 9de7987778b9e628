"""A file's tests go to one worker of pytest-xdist, so that its fixtures are made once."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.repository import ROOT

FILES = ("tests/service/test_signals.py", "tests/infra/test_process_group.py")


@pytest.mark.slow
def test_each_file_is_run_by_one_worker() -> None:
    options = ["-v", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *FILES], cwd=ROOT, capture_output=True, text=True, check=False
    )

    workers: dict[str, set[str]] = {}
    for worker, file in re.findall(r"^\[(gw\d)\].*? (\S+?)::", done.stdout, re.MULTILINE):
        workers.setdefault(file, set()).add(worker)
    assert done.returncode == 0, done.stdout[-2000:]
    assert {file: len(by) for file, by in workers.items()} == dict.fromkeys(FILES, 1)
