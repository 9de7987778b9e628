"""Memory for the counters of several workers, shared before they are forked; imports nothing that starts threads."""

from __future__ import annotations

import mmap

BLOCK_BYTES = 2**24  # for each worker; the system gives a page once it is written to


def share_memory(workers: int) -> list[memoryview]:
    """Zeros for each worker, as words of 64 bits, which processes forked from this one share."""
    words = memoryview(mmap.mmap(-1, BLOCK_BYTES * workers)).cast("Q")
    size = BLOCK_BYTES // words.itemsize
    return [words[number * size : (number + 1) * size] for number in range(workers)]
