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
from collector.spool.deletions import DELETED_AT, Deletion, GivenByAnother, WasDeleted, deletion_of, erase
from collector.spool.deletions import SCHEMA as DELETIONS
from collector.spool.drawings import NAME, OWNER, WAITING, Acknowledgement, insert
from collector.spool.drawings import SCHEMA as DRAWINGS
from collector.spool.group_commit import GroupCommit, SpoolError
from collector.spool.pending_drawing import PendingDrawing, pack
from collector.spool.quarantine import SCHEMA as QUARANTINE
from collector.spool.reader import Reader
from collector.spool.removal_queue import RemovalQueue
from collector.spool.upload_queue import UploadQueue
from collector.storage.stored_drawing import to_stored

MAX_BYTES = 2 * 1024**3  # waiting for upload: some 40,000 drawings of a page


class SpoolFull(SpoolError):
    """Too many bytes wait for upload; the next uploads make room."""


class Spool:
    """One SQLite file. Safe for many threads, and for other processes that open the same file.

    `uploads` and `removals` are for the process that brings drawings to the store, and takes deleted ones out of it.
    """

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
        self.uploads = UploadQueue(self._writer, self._reader, self._arrived)
        self.removals = RemovalQueue(self._writer, self._reader)

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

    def wait_for_arrival(self, seconds: float) -> None:
        """Returns as soon as this process accepts or deletes a drawing, or after `seconds`."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def close(self) -> None:
        """Finishes pending calls, then closes the file. Safe to call twice."""
        self._writer.close()
        self._reader.close()
