"""A process pool whose processes end with their parent."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

from collector.malloc import keep_freed_memory


def process_pool(processes: int) -> ProcessPoolExecutor:
    """A pool for importable functions; it starts no process before the first call."""
    # Spawned, not forked: a fork of a process whose TensorFlow has threads may hang.
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin)


def _begin() -> None:
    keep_freed_memory()
    _end_with_parent()


def _end_with_parent() -> None:
    """Without it, a process whose parent was killed would wait for work forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), name="end-with-parent", daemon=True).start()
