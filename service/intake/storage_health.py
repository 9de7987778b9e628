"""Tells what keeps contributions from reaching the store: stuck uploads, quarantined drawings, a full disk."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool

STUCK_SECONDS = 60.0  # without one upload, though drawings wait
ROOM_BYTES = 32 * 1024 * 1024  # free on the spool's disk; below it contributions will soon be refused
FRESH_SECONDS = 1.0  # for which an answer is used again: it costs a query and a system call


class StorageHealth:
    """`trouble` may block on the disk: call it in a thread. `known` is its last answer."""

    def __init__(
        self,
        spool: Spool,
        folder: Path,
        clock: Callable[[], float] = monotonic,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        self._spool = spool
        self._folder = folder
        self._clock = clock
        self._free_bytes = free_bytes or _free_bytes
        self._lock = threading.Lock()
        self._queue: tuple[int, int] = (0, 0)  # drawings queued up to a seq
        self._moved_at = clock()
        self._asked_at: float | None = None
        self.known = ""
        self.delays_uploads = False  # as of the last answer; a quarantined drawing delays no other

    def trouble(self) -> str:
        """The troubles at present, as one line; empty when there are none."""
        with self._lock:
            now = self._clock()
            if self._asked_at is None or now - self._asked_at >= FRESH_SECONDS:
                self._asked_at = now
                self.known = self._find(now)
            return self.known

    def _find(self, now: float) -> str:
        try:
            delays = [self._full_disk(), self._stuck_uploads(now)]
            found = [*delays, self._quarantine()]
        except (SpoolError, OSError) as error:
            self.delays_uploads = True
            return f"the spool can't be read: {error}"
        self.delays_uploads = any(delays)
        return "; ".join(text for text in found if text)

    def _full_disk(self) -> str:
        free = self._free_bytes(self._folder)
        if free >= ROOM_BYTES:
            return ""
        return f"the disk is full: {free // 1024} KiB free, expected {ROOM_BYTES // 2**20} MiB"

    def _stuck_uploads(self, now: float) -> str:
        waiting, last = self._queue
        # New drawings come behind `last`: fewer than before up to it means that some have left.
        still_waiting, _ = self._spool.uploads.queued(last) if waiting else (0, 0)
        if not still_waiting or still_waiting < waiting:
            self._queue = self._spool.uploads.queued()
            self._moved_at = now
            return ""
        if now - self._moved_at < STUCK_SECONDS:
            return ""
        reason = self._spool.uploads.trouble()
        count, _ = self._spool.uploads.queued()
        stuck = f"{count} drawings wait, none was uploaded for {now - self._moved_at:.0f} s"
        return f"{stuck}: {reason}" if reason else stuck

    def _quarantine(self) -> str:
        count, reason = self._spool.uploads.count_quarantined()
        return f"{count} drawings in quarantine (midstroke spool list): {reason}" if count else ""


def _free_bytes(folder: Path) -> int:
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize
