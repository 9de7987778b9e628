"""How the C library keeps memory that was freed: for programs that make and drop pictures all day."""

from __future__ import annotations

import contextlib
import ctypes
import sys

# `mallopt(3)` of glibc.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT_BYTES = 4 * 1024 * 1024  # of freed memory, in each of its arenas: what reading one canvas takes
MAPPED_BYTES = 2 * 1024 * 1024  # what is larger goes back to the system as soon as it is freed


def keep_freed_memory() -> None:
    """Lets freed memory be used again, in place of giving it back and asking for it anew.

    Each page that comes back is a fault of its own, and a canvas is hundreds: on a virtual machine they took half of
    the time of reading a PNG. Elsewhere than with glibc, nothing is done.
    """
    if sys.platform != "linux":
        return
    with contextlib.suppress(AttributeError):  # another C library has no such call
        libc = ctypes.CDLL(None)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        libc.mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES)
