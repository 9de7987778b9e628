"""The write-ahead spool: keeps each acknowledged contribution on local disk until the object store has it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from collector.contribution.consent import LICENCE
from collector.contribution.contribution import Contribution
from collector.contribution.contributor import stored_use
from collector.ink.drawing import DIGITS
from collector.spool.changes import OF_CONTRIBUTOR, Changes, Position, changes_since
from collector.spool.counts import Counts, RunningCounts
from collector.spool.deletions import (
    DELETED_AT,
    UNREMOVED,
    Deletion,
    GivenByAnother,
    Unremoved,
    WasDeleted,
    deletion_of,
    erase,
    note_removed,
    take_back,
)
from collector.spool.deletions import SCHEMA as DELETIONS
from collector.spool.drawings import (
    BACKLOG,
    BODY,
    NAME,
    OWNER,
    PROGRESS,
    WAITING,
    Acknowledgement,
    Backlog,
    Progress,
    drop_body,
    give_up,
    insert,
)
from collector.spool.drawings import SCHEMA as DRAWINGS
from collector.spool.group_commit import GroupCommit, SpoolError
from collector.spool.pending_drawing import PendingDrawing, pack
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
from collector.spool.quarantine import SCHEMA as QUARANTINE
from collector.spool.reader import Reader
from collector.storage.stored_drawing import to_stored

__all__ = [
    "Acknowledgement",
    "Backlog",
    "Changes",
    "Counts",
    "Deletion",
    "GivenByAnother",
    "PendingDrawing",
    "Position",
    "Progress",
    "Quarantined",
    "Spool",
    "SpoolError",
    "SpoolFull",
    "Unremoved",
]

MAX_BYTES = 2 * 1024**3  # waiting for upload: some 40,000 drawings of a page


class SpoolFull(SpoolError):
    """Too many bytes wait for upload; the next uploads make room."""


class Spool:
    """One SQLite file. Safe for many threads, and for other processes that open the same file."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES, labels: int = DIGITS) -> None:
        """Opens the spool of one symbol set; creates the file and its folder where they are missing.

        `labels` is the number of the set's classes, at most.

        Raises:
            SpoolError: the file can't be opened.
        """
        self._max_bytes = max_bytes
        self._arrived = threading.Event()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SpoolError(f"no folder for {path}: {error}") from error
        self._writer = GroupCommit(path, DRAWINGS + DELETIONS + QUARANTINE)
        self._reader = Reader(path)
        self._counts = RunningCounts(self._reader, labels)

    def accept(
        self,
        contribution: Contribution,
        contributor: str,
        source: str = "page",
        now: datetime | None = None,
        licence: str = LICENCE,
    ) -> Acknowledgement:
        """Stores the contribution under its contributor's hash; a known id gets its first acknowledgement again.

        Raises:
            SpoolFull: `max_bytes` already wait for upload.
            WasDeleted: a drawing with this id was contributed and deleted.
            SpoolError: the write may not be on disk; the same contribution may be sent again.
        """
        stored = to_stored(contribution, contributor, source, now or datetime.now(UTC), licence)
        body = pack([stored.to_json(), *(sample.png for sample in contribution.samples)])
        row = (stored.id, stored.label, contributor, stored_use(stored.use), stored.received_at.isoformat(), body)

        acknowledgement = self._writer.run(lambda connection: insert(connection, row, self._max_bytes))

        if isinstance(acknowledgement, Deletion):
            raise WasDeleted(str(acknowledgement))
        if acknowledgement is None:
            raise SpoolFull(f"{len(body)} bytes do not fit: at most {self._max_bytes} may wait for upload")
        self._arrived.set()
        return acknowledgement

    def counts(self, contributor: str | None = None) -> Counts:
        """Counts the drawings that were accepted and not deleted; `yours` is 0 without a contributor.

        Raises:
            SpoolError: the file can't be read.
        """
        return self._counts.of(contributor)

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

    def queue_before(self, seq: int | None = None) -> tuple[int, int]:
        """The number of queued drawings up to `seq` (all without one), and the last seq among them, 0 for none.

        Raises:
            SpoolError: the file can't be read.
        """
        up_to, now = 2**62 if seq is None else seq, time_text(datetime.now(UTC))
        ((count, last),) = self._reader.rows(QUEUED_UP_TO, up_to, now)
        return count, last

    def note_upload_trouble(self, reason: str) -> None:
        """Keeps the uploader's error for other processes to show; an empty reason clears it.

        Raises:
            SpoolError: the note may not be on disk.
        """
        self._writer.run(lambda connection: note_trouble(connection, reason))

    def upload_trouble(self) -> str:
        """The uploader's last error, empty while uploads succeed.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = self._reader.rows(TROUBLE)
        return rows[0][0] if rows else ""

    def give_up(self, drawing: str, owner: str) -> None:
        """Drops a drawing whose id the store has by another contributor. Safe to call twice.

        Raises:
            SpoolError: the note may not be on disk; the drawing is tried again.
        """
        self._writer.run(lambda connection: give_up(connection, drawing, owner))

    def delete(
        self, drawing: str, now: datetime | None = None, contributor: str | None = None, is_certain: bool = False
    ) -> Deletion:
        """Deletes permanently; on disk when it returns. A repeat gets the first answer; an unknown id is noted too.

        Args:
            drawing: its id.
            now: the time of the deletion.
            contributor: whose drawing is deleted; None deletes whoever's it is.
            is_certain: the store has the id by this contributor.

        Raises:
            GivenByAnother: the spool has the id by another contributor, and the caller is not certain.
            SpoolError: the deletion may not be on disk; the drawing may still be kept.
        """
        counted_to = self._counts.counted_to
        erased = self._writer.run(
            lambda connection: erase(connection, drawing, now or datetime.now(UTC), contributor, is_certain)
        )
        if erased is None:
            raise GivenByAnother(f"drawing {drawing} is another contributor's here")
        deletion, row = erased
        if row:
            self._counts.remove(row, counted_to)
        self._arrived.set()
        return deletion

    def take_back_deletion(self, drawing: str) -> None:
        """Forgets a deletion of an id that the store has by another contributor.

        Raises:
            SpoolError: the note may not be on disk.
        """
        self._writer.run(lambda connection: take_back(connection, drawing))

    @property
    def name(self) -> str:
        """A random name of this spool, 32 hex digits, made with the file.

        Raises:
            SpoolError: the file can't be read.
        """
        ((name,),) = self._reader.rows(NAME)
        return str(name)

    def owner(self, drawing: str) -> str | None:
        """The contributor's hash of a drawing that this spool accepted, empty once deleted; None for an unknown id.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = self._reader.rows(OWNER, drawing)
        return str(rows[0][0]) if rows else None

    def find(self, drawing: str) -> PendingDrawing | Deletion | None:
        """The pending drawing with this id, or its deletion; None when it was uploaded or never contributed.

        Raises:
            SpoolError: the file can't be read.
        """
        for row in self._reader.rows(DELETED_AT, drawing):
            return deletion_of(drawing, *row)
        for seq, name, body, contributor, received_at in self._reader.rows(WAITING, drawing):
            return PendingDrawing(seq, name, body, contributor=contributor, received_at=received_at)
        return None

    def drawings_of(self, contributor: str, limit: int) -> list[tuple[str, bool]]:
        """At most `limit` of the contributor's drawings, the newest first: the id, and whether it waits for upload.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = self._reader.rows(OF_CONTRIBUTOR, contributor, limit)
        return [(drawing, bool(waits)) for drawing, waits in rows]

    def changes(self, after: Position | None) -> Changes:
        """The drawings accepted and deleted since `after`, by any process; none without it, only the position.

        Raises:
            SpoolError: the file can't be read.
        """
        return changes_since(self._reader, after)

    def was_deleted(self, drawing: str) -> bool:
        """True when its contributor deleted the drawing.

        Raises:
            SpoolError: the file can't be read.
        """
        return bool(self._reader.rows(DELETED_AT, drawing))

    def unremoved(self, limit: int, after: int = 0) -> list[Unremoved]:
        """At most `limit` deleted drawings of which the store may still hold objects, oldest first, seq above `after`.

        Raises:
            SpoolError: the file can't be read.
        """
        return [Unremoved.from_row(*row) for row in self._reader.rows(UNREMOVED, after, limit)]

    def mark_removed(self, drawing: str) -> None:
        """Notes that the store holds only a tombstone of the drawing. Safe to call twice.

        Raises:
            SpoolError: the note may not be on disk; removing the drawing again does no harm.
        """
        self._writer.run(lambda connection: note_removed(connection, drawing))

    def forget_traces(self) -> None:
        """Checkpoints and empties SQLite's log, in which deleted bytes can still be read.

        Raises:
            SpoolError: the file can't be written.
        """
        # Has no effect while another process reads; the next deletion, or later writes, overwrite the log.
        self._reader.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def wait_for_arrival(self, seconds: float) -> None:
        """Returns as soon as this process accepts or deletes a drawing, or after `seconds`."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def close(self) -> None:
        """Finishes pending calls, then closes the file. Safe to call twice."""
        self._writer.close()
        self._reader.close()
