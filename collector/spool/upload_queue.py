"""The drawings of the spool that wait for upload: queue, quarantine, and the uploader's last error."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from collector.spool.drawings import BACKLOG, BODY, PROGRESS, Backlog, Progress, drop_body, give_up
from collector.spool.group_commit import GroupCommit, SpoolError
from collector.spool.pending_drawing import PendingDrawing
from collector.spool.quarantine import (
    COUNTED,
    LISTED,
    QUEUED,
    QUEUED_UP_TO,
    TROUBLE,
    Quarantined,
    note_trouble,
    put_into_quarantine,
    release,
    time_text,
)
from collector.spool.reader import Reader


class UploadQueue:
    """The uploader's view of a spool. Safe for many threads and processes, as the spool is."""

    def __init__(self, writer: GroupCommit, reader: Reader, arrived: threading.Event) -> None:
        """`arrived` wakes the uploader."""
        self._writer = writer
        self._reader = reader
        self._arrived = arrived

    def pending(self, limit: int, after: int = 0, now: datetime | None = None) -> list[PendingDrawing]:
        """At most `limit` drawings that wait for upload, oldest first, with a seq above `after`; none in quarantine.

        Raises:
            SpoolError: the file can't be read.
        """
        numbers = self._reader.rows(QUEUED, after, time_text(now or datetime.now(UTC)), limit)
        return [self._pending(number) for (number,) in numbers]

    def _pending(self, seq: int) -> PendingDrawing:
        """One row, read on its own: a damaged one must not hide the others."""
        try:
            ((drawing, body, contributor, received_at),) = self._reader.rows(BODY, seq)
        except SpoolError as error:
            return PendingDrawing(seq, "", b"", unreadable=str(error))
        return PendingDrawing(seq, drawing, body, contributor=contributor, received_at=received_at)

    def backlog(self) -> Backlog:
        """Measures what waits for upload.

        Raises:
            SpoolError: the file can't be read.
        """
        ((drawings, size),) = self._reader.rows(BACKLOG)
        return Backlog(drawings, size)

    def progress(self) -> Progress:
        """Counts all drawings since the spool was created, and those that still wait for upload.

        Raises:
            SpoolError: the file can't be read.
        """
        (row,) = self._reader.rows(PROGRESS)
        return Progress.from_row(*row)

    def mark_uploaded(self, drawing: str) -> None:
        """Drops the drawing's bytes; its row stays for counts and duplicates. Safe to call twice.

        A drawing that was deleted in the meantime is queued for removal from the store again.

        Raises:
            SpoolError: the note may not be on disk; uploading the drawing again does no harm.
        """
        self._writer.run(lambda connection: drop_body(connection, drawing))

    def give_up(self, drawing: str, owner: str) -> None:
        """Drops a drawing whose id the store has by another contributor. Safe to call twice.

        Raises:
            SpoolError: the note may not be on disk; the drawing is tried again.
        """
        self._writer.run(lambda connection: give_up(connection, drawing, owner))

    def quarantine(self, seq: int, reason: str, now: datetime | None = None, retry_at: datetime | None = None) -> None:
        """Takes a drawing out of the queue, until `retry_at` or `release`; its receipt and deletion work as before.

        Raises:
            SpoolError: the note may not be on disk; the drawing is tried again.
        """
        self._writer.run(
            lambda connection: put_into_quarantine(connection, seq, reason, now or datetime.now(UTC), retry_at)
        )

    def quarantined(self) -> list[Quarantined]:
        """The drawings in quarantine, oldest first.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = self._reader.rows(LISTED)
        return [Quarantined.from_row(*row) for row in rows]

    def count_quarantined(self) -> tuple[int, str]:
        """The number of drawings in quarantine, and one of the reasons.

        Raises:
            SpoolError: the file can't be read.
        """
        ((count, reason),) = self._reader.rows(COUNTED)
        return count, reason or ""

    def release(self, drawing: str | None = None) -> int:
        """Puts a quarantined drawing, or all of them, back into the queue; returns their number.

        Raises:
            SpoolError: the note may not be on disk.
        """
        released = self._writer.run(lambda connection: release(connection, drawing))
        self._arrived.set()
        return released

    def queued(self, seq: int | None = None) -> tuple[int, int]:
        """The number of queued drawings up to `seq` (all without one), and the last seq among them, 0 for none.

        Raises:
            SpoolError: the file can't be read.
        """
        up_to, now = 2**62 if seq is None else seq, time_text(datetime.now(UTC))
        ((count, last),) = self._reader.rows(QUEUED_UP_TO, up_to, now)
        return count, last

    def note_trouble(self, reason: str) -> None:
        """Keeps the uploader's error for other processes to show; an empty reason clears it.

        Raises:
            SpoolError: the note may not be on disk.
        """
        self._writer.run(lambda connection: note_trouble(connection, reason))

    def trouble(self) -> str:
        """The uploader's last error, empty while uploads succeed.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = self._reader.rows(TROUBLE)
        return rows[0][0] if rows else ""
