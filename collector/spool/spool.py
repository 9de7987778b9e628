"""The write-ahead spool: keeps each acknowledged contribution on local disk until the object store has it."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from collector.contribution.contribution import LICENCE, Contribution
from collector.contribution.contributor import Use, stored_use, use_of
from collector.spool.counts import Counted, Counts
from collector.spool.deletions import (
    DELETED_AT,
    LATEST,
    UNREMOVED,
    Deletion,
    Unremoved,
    WasDeleted,
    deletion_of,
    erase,
    note_removed,
    note_unremoved,
)
from collector.spool.deletions import SCHEMA as DELETIONS
from collector.spool.group_commit import GroupCommit, SpoolError, open_connection
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
from collector.storage.stored_drawing import to_stored

__all__ = [
    "Acknowledgement",
    "Backlog",
    "Counts",
    "Deletion",
    "PendingDrawing",
    "Quarantined",
    "Spool",
    "SpoolError",
    "SpoolFull",
    "Unremoved",
]

MAX_BYTES = 2 * 1024**3  # waiting for upload: some 40,000 drawings of a page
RECOUNT_SECONDS = 5.0  # between counts of all rows, however often other processes delete

# `body` is the last column: SQLite reads the others without touching a large row's overflow pages.
# A row outlives its body, so that a resent id is recognised and counts stay right.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS drawings (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    label INTEGER NOT NULL,
    contributor TEXT NOT NULL,
    use TEXT NOT NULL,
    received_at TEXT NOT NULL,
    body BLOB
);
CREATE INDEX IF NOT EXISTS waiting ON drawings (seq) WHERE body IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_contributor ON drawings (contributor, seq);
CREATE TABLE IF NOT EXISTS backlog (drawings INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO backlog SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM backlog);
"""


class SpoolFull(SpoolError):
    """Too many bytes wait for upload; the next uploads make room."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The answer once a drawing is on disk; `yours` is false when another contributor gave this id first."""

    id: str
    use: Use
    duplicate: bool
    yours: bool = True


@dataclass(frozen=True, slots=True)
class Backlog:
    """The drawings and bytes that wait for upload."""

    drawings: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Position:
    """The last drawing and the last deletion that a reader of `Spool.changes` knows."""

    accepted: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Changes:
    """The ids of drawings, with their contributors where accepted; `contributor` is empty if since deleted."""

    accepted: tuple[tuple[str, str], ...]
    deleted: tuple[str, ...]
    position: Position


class Spool:
    """One SQLite file. Safe for many threads, and for other processes that open the same file."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        """Opens the spool; creates the file and its folder where they are missing.

        Raises:
            SpoolError: the file can't be opened.
        """
        self._max_bytes = max_bytes
        self._arrived = threading.Event()
        self._counted = Counted()
        self._recount_after = 0.0
        self._lock = threading.Lock()  # of the reading connection and the counts
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SpoolError(f"no folder for {path}: {error}") from error
        self._writer = GroupCommit(path, _SCHEMA + DELETIONS + QUARANTINE)
        self._reader = open_connection(path)

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

        acknowledgement = self._writer.run(lambda connection: self._insert(connection, row))

        if isinstance(acknowledgement, Deletion):
            raise WasDeleted(str(acknowledgement))
        if acknowledgement is None:
            raise SpoolFull(f"{len(body)} bytes do not fit: at most {self._max_bytes} may wait for upload")
        self._arrived.set()
        return acknowledgement

    def _insert(
        self, connection: sqlite3.Connection, row: tuple[str, int, str, str, str, bytes]
    ) -> Acknowledgement | Deletion | None:
        drawing, contributor, body = row[0], row[2], row[-1]
        if deleted := connection.execute(DELETED_AT, (drawing,)).fetchone():
            return deletion_of(drawing, deleted[0])
        known = connection.execute("SELECT contributor FROM drawings WHERE id = ?", (drawing,)).fetchone()
        if known:
            return Acknowledgement(drawing, use_of(str(known[0])), duplicate=True, yours=known[0] == contributor)
        (waiting,) = connection.execute("SELECT bytes FROM backlog").fetchone()
        if waiting + len(body) > self._max_bytes:
            return None
        connection.execute(
            "INSERT INTO drawings (id, label, contributor, use, received_at, body) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        connection.execute("UPDATE backlog SET drawings = drawings + 1, bytes = bytes + ?", (len(body),))
        return Acknowledgement(drawing, use_of(contributor), duplicate=False)

    def counts(self, contributor: str | None = None) -> Counts:
        """Counts the drawings that were accepted and not deleted; `yours` is 0 without a contributor.

        Raises:
            SpoolError: the file can't be read.
        """
        # Rows are blanked, never removed, and `seq` grows in the order of commits: only new rows are read.
        rows = (
            "SELECT seq, label, contributor FROM drawings "
            "WHERE seq > ? AND label BETWEEN 0 AND 9 AND typeof(label) = 'integer' ORDER BY seq"
        )
        with self._lock:
            self._look_for_deletions()
            for seq, label, who in self._read(rows, (self._counted.seq,)):
                self._counted.add(seq, label, who)
            return self._counted.counts_for(contributor)

    def _look_for_deletions(self) -> None:
        """Starts a new count when another process deleted something: the row no longer names its contributor."""
        ((latest,),) = self._read(LATEST, ())
        if latest == self._counted.deletions or monotonic() < self._recount_after:
            return
        if self._counted.seq:
            self._recount_after = monotonic() + RECOUNT_SECONDS
        self._counted = Counted(latest)

    def pending(self, limit: int, after: int = 0, now: datetime | None = None) -> list[PendingDrawing]:
        """At most `limit` drawings that wait for upload, oldest first, with a seq above `after`; none in quarantine.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            numbers = self._read(QUEUED, (after, time_text(now or datetime.now(UTC)), limit))
            return [self._pending(number) for (number,) in numbers]

    def _pending(self, seq: int) -> PendingDrawing:
        """One row, read on its own: a damaged one must not hide the others."""
        try:
            ((drawing, body),) = self._read("SELECT id, body FROM drawings WHERE seq = ?", (seq,))
        except SpoolError as error:
            return PendingDrawing(seq, "", b"", unreadable=str(error))
        return PendingDrawing(seq, drawing, body)

    def backlog(self) -> Backlog:
        """Measures what waits for upload.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            ((drawings, size),) = self._read("SELECT drawings, bytes FROM backlog", ())
        return Backlog(drawings, size)

    def mark_uploaded(self, drawing: str) -> None:
        """Drops the drawing's bytes; its row stays for counts and duplicates. Safe to call twice.

        A drawing that was deleted in the meantime is queued for removal from the store again.

        Raises:
            SpoolError: the note may not be on disk; uploading the drawing again does no harm.
        """
        self._writer.run(lambda connection: _drop_body(connection, drawing))

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
        with self._lock:
            rows = self._read(LISTED, ())
        return [Quarantined.from_row(*row) for row in rows]

    def count_quarantined(self) -> tuple[int, str]:
        """The number of drawings in quarantine, and one of the reasons.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            ((count, reason),) = self._read(COUNTED, ())
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
        """How many drawings up to `seq` (all without one) are queued, and the last seq among them, 0 for none.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            ((count, last),) = self._read(QUEUED_UP_TO, (2**62 if seq is None else seq, time_text(datetime.now(UTC))))
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
        with self._lock:
            rows = self._read(TROUBLE, ())
        return rows[0][0] if rows else ""

    def delete(self, drawing: str, now: datetime | None = None) -> Deletion:
        """Deletes permanently; on disk when it returns. A repeat gets the first answer; an unknown id is noted too.

        Raises:
            SpoolError: the deletion may not be on disk; the drawing may still be kept.
        """
        with self._lock:
            counted_to = self._counted.seq
        # Without the lock: the write may wait seconds for another process, and counts must not wait with it.
        deletion, erased = self._writer.run(lambda connection: erase(connection, drawing, now or datetime.now(UTC)))
        if erased:
            with self._lock:
                if self._counted.seq == counted_to:
                    self._counted.remove(erased)
                else:  # rows were read in between, before or after this one was blanked
                    self._counted = Counted()
        self._arrived.set()
        return deletion

    def find(self, drawing: str) -> PendingDrawing | Deletion | None:
        """The pending drawing with this id, or its deletion; None when it was uploaded or never contributed.

        Raises:
            SpoolError: the file can't be read.
        """
        waiting = "SELECT seq, id, body FROM drawings WHERE id = ? AND body IS NOT NULL"
        with self._lock:
            for (deleted_at,) in self._read(DELETED_AT, (drawing,)):
                return deletion_of(drawing, deleted_at)
            for row in self._read(waiting, (drawing,)):
                return PendingDrawing(*row)
        return None

    def drawings_of(self, contributor: str, limit: int) -> list[tuple[str, bool]]:
        """At most `limit` of the contributor's drawings, the newest first: the id, and whether it waits for upload.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = "SELECT id, body IS NOT NULL FROM drawings WHERE contributor = ? ORDER BY seq DESC LIMIT ?"
        with self._lock:
            return [(drawing, bool(waits)) for drawing, waits in self._read(rows, (contributor, limit))]

    def changes(self, after: Position | None) -> Changes:
        """The drawings accepted and deleted since `after`, by any process; none without it, only the position.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            if after is None:
                ((accepted,),) = self._read("SELECT coalesce(max(seq), 0) FROM drawings", ())
                ((deleted,),) = self._read(LATEST, ())
                return Changes((), (), Position(accepted, deleted))
            rows = self._read("SELECT seq, id, contributor FROM drawings WHERE seq > ? ORDER BY seq", (after.accepted,))
            gone = self._read("SELECT seq, id FROM deletions WHERE seq > ? ORDER BY seq", (after.deleted,))
        return Changes(
            accepted=tuple((drawing, contributor) for _, drawing, contributor in rows),
            deleted=tuple(drawing for _, drawing in gone),
            position=Position(rows[-1][0] if rows else after.accepted, gone[-1][0] if gone else after.deleted),
        )

    def was_deleted(self, drawing: str) -> bool:
        """True when its contributor deleted the drawing.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            return bool(self._read(DELETED_AT, (drawing,)))

    def unremoved(self, limit: int, after: int = 0) -> list[Unremoved]:
        """At most `limit` deleted drawings of which the store may still hold objects, oldest first, seq above `after`.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            return [Unremoved.from_row(*row) for row in self._read(UNREMOVED, (after, limit))]

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
        with self._lock:
            # Has no effect while another process reads; the next deletion, or later writes, overwrite the log.
            self._read("PRAGMA wal_checkpoint(TRUNCATE)", ())

    def wait_for_arrival(self, seconds: float) -> None:
        """Returns as soon as this process accepts or deletes a drawing, or after `seconds`."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def close(self) -> None:
        """Finishes pending calls, then closes the file. Safe to call twice."""
        self._writer.close()
        with self._lock:
            self._reader.close()

    def _read(self, query: str, values: tuple[int | str, ...]) -> list[Any]:
        try:
            return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise SpoolError(f"the spool can't be read: {error}") from error


def _drop_body(connection: sqlite3.Connection, drawing: str) -> None:
    query = "SELECT length(body) FROM drawings WHERE id = ? AND body IS NOT NULL"
    waiting = connection.execute(query, (drawing,)).fetchone()
    if waiting:
        connection.execute("UPDATE drawings SET body = NULL WHERE id = ?", (drawing,))
        connection.execute("UPDATE backlog SET drawings = drawings - 1, bytes = bytes - ?", waiting)
    else:
        note_unremoved(connection, drawing)
