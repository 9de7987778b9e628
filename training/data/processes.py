"""Processes that share a piece of work, and end with the one that began it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

from collector.malloc import keep_freed_memory


def process_pool(processes: int) -> ProcessPoolExecutor:
    """Processes for calls of functions that can be imported; none starts before the first call."""
    # Spawned, not forked: a fork of a process whose TensorFlow has threads may hang.
    return ProcessPoolExecutor(processes, multiprocessing.get_context("spawn"), _begin)


def _begin() -> None:
    keep_freed_memory()
    _end_with_parent()


def _end_with_parent() -> None:
    """Left alone by a parent that was killed, a process of the pool would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        sentinel = parent.sentinel
        threading.Thread(target=lambda: (wait([sentinel]), os._exit(1)), name="end-with-parent", daemon=True).start()
