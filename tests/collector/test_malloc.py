"""Memory that was freed is used again: measured by the page faults of a process of its own."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

COUNTING = """
import resource, sys
from collector.malloc import keep_freed_memory

if sys.argv[1] == "kept":
    keep_freed_memory()
for _ in range(3):
    bytes(1_000_000) + bytes(1_000_000)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    bytes(1_000_000), bytearray(900_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    done = subprocess.run([sys.executable, "-c", COUNTING, how], capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has this setting")
def test_freed_memory_is_used_again() -> None:
    assert faults("kept") < 100 < faults("given back")
