"""Processes that share work: a `kill -9` of the one that began it leaves none of them behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = pytest.mark.slow  # starts processes

BEGINNING = """
import time
from training.data.processes import process_pool

if __name__ == "__main__":
    pool = process_pool(2)
    list(pool.map(time.sleep, (0.1, 0.1)))
    print(*pool._processes, flush=True)
    time.sleep(600)
"""
PATIENCE = 20  # s


def test_a_pool_whose_parent_is_killed_does_not_stay_behind(tmp_path: Path) -> None:
    script = tmp_path / "beginning.py"
    script.write_text(BEGINNING)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        others = [psutil.Process(pid) for pid in map(int, parent.stdout.readline().split())]
        parent.kill()

    _, left = psutil.wait_procs(others, PATIENCE)

    assert len(others) == 2
    assert not left
