"""The deleted drawings of which the store may still hold objects, and what is known once they are gone."""

from __future__ import annotations

from collector.spool.deletions import UNREMOVED, Unremoved, note_removed, take_back
from collector.spool.group_commit import GroupCommit
from collector.spool.reader import Reader


class RemovalQueue:
    """The remover's view of a spool. Safe for many threads and processes, as the spool is."""

    def __init__(self, writer: GroupCommit, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    def pending(self, limit: int, after: int = 0) -> list[Unremoved]:
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

    def take_back(self, drawing: str) -> None:
        """Forgets a deletion of an id that the store has by another contributor.

        Raises:
            SpoolError: the note may not be on disk.
        """
        self._writer.run(lambda connection: take_back(connection, drawing))

    def forget_traces(self) -> None:
        """Checkpoints and empties SQLite's log, in which deleted bytes can still be read.

        Raises:
            SpoolError: the file can't be written.
        """
        # Has no effect while another process reads; the next deletion, or later writes, overwrite the log.
        self._reader.rows("PRAGMA wal_checkpoint(TRUNCATE)")
