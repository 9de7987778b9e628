"""A running service's memory, as Linux counts it, and the growth of its log."""

from __future__ import annotations

import re
from pathlib import Path

from infra.harness.results.rows import Row, Setting, at_most, check
from infra.harness.service_process import RunningService

MIB = 2**20
FORGET_PEAK = "5"  # proc(5), /proc/pid/clear_refs


class Memory:
    """Of one process; without /proc all figures are 0 and `resident` is None."""

    def __init__(self, pid: int) -> None:
        self._proc = Path(f"/proc/{pid}")
        self._bytes = self.resident()

    def resident(self) -> int | None:
        """Bytes resident now."""
        return self._status("VmRSS")

    def start_peak(self) -> None:
        """Resets the peak."""
        if self._proc.exists():
            (self._proc / "clear_refs").write_text(FORGET_PEAK)
        self._bytes = self.resident()

    def peak(self) -> float:
        """MiB that the highest resident memory since `start_peak` lies above that moment's."""
        return self._above(self._status("VmHWM"))

    def grown(self) -> float:
        """MiB resident now above those at the start."""
        return self._above(self.resident())

    def _above(self, now: int | None) -> float:
        return 0.0 if now is None or self._bytes is None else (now - self._bytes) / MIB

    def _status(self, name: str) -> int | None:
        if not self._proc.exists():
            return None
        found = re.search(rf"{name}:\s+(\d+) kB", (self._proc / "status").read_text())
        return None if found is None else int(found[1]) * 1024


class Footprint:
    """Of one service, from construction on."""

    def __init__(self, service: RunningService) -> None:
        self.memory = Memory(service.process.pid)
        self._service = service
        self._log_bytes = service.log.stat().st_size

    def memory_row(self, setting: Setting, bound_mib: float) -> Row:
        """Growth of resident memory."""
        if self.memory.resident() is None:
            return Row("memory grown by", "unknown on this system", goal=f"<= {bound_mib:g} MiB")
        return at_most(setting, "memory grown by", self.memory.grown(), bound_mib, "MiB")

    def log_rows(self, bound_mib: float = 1.0) -> list[Row]:
        """Growth of the log, and tracebacks in it."""
        text = self._service.log.read_bytes()[self._log_bytes :]
        tracebacks = text.count(b"Traceback")
        return [
            check("tracebacks in the log", f"{tracebacks}", "0", tracebacks == 0),
            check("log grown by", f"{len(text) / 1024:.1f} KiB", f"< {bound_mib:g} MiB", len(text) < bound_mib * MIB),
        ]
