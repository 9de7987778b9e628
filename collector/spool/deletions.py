"""SQL statements for the drawings that contributors deleted; the spool runs and commits them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from collector.symbols.symbol_set import PLACES_MAX

# `label` and `received_at` show the remover where to look, `deleted_by` whose drawing it may remove: someone else may
# have given the id to another replica. All of it is cleared once the drawing has left the store.
SCHEMA = """
CREATE TABLE IF NOT EXISTS deletions (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    deleted_at TEXT NOT NULL,
    label INTEGER,
    received_at TEXT,
    removed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS deleted_by (id TEXT PRIMARY KEY, contributor TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS unremoved ON deletions (seq) WHERE removed = 0;
"""

UNREMOVED = """
SELECT seq, id, label, received_at, contributor FROM deletions LEFT JOIN deleted_by USING (id)
WHERE removed = 0 AND seq > ? ORDER BY seq LIMIT ?
"""
DELETED_AT = "SELECT deleted_at, contributor FROM deletions LEFT JOIN deleted_by USING (id) WHERE id = ?"
LATEST = "SELECT coalesce(max(seq), 0) FROM deletions"


class WasDeleted(Exception):
    """The contributor deleted the drawing; its id is never accepted again."""


class GivenByAnother(Exception):
    """Another contributor gave, or deleted, a drawing of this id here; only the store knows whose the id is."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """A drawing that its contributor deleted, and when; `contributor` is None where it is not known (any more)."""

    id: str
    deleted_at: datetime
    contributor: str | None = None

    def __str__(self) -> str:
        return f"drawing {self.id} was deleted at {self.deleted_at:%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Erased:
    """The counted fields of a row that a deletion blanked, and the deletion's own number."""

    deletion: int
    seq: int
    label: int
    contributor: str


@dataclass(frozen=True, slots=True)
class Unremoved:
    """A deleted drawing of which the store may still hold objects; fields that the spool doesn't know are None."""

    seq: int
    id: str
    label: int | None
    received_at: datetime | None
    contributor: str | None = None  # whose drawing it is; None removes whoever's it is

    @classmethod
    def from_row(
        cls, seq: int, drawing: str, label: int | None, received_at: str | None, contributor: str | None
    ) -> Unremoved:
        """Fields of a damaged row count as unknown: the remover then looks everywhere."""
        return cls(seq, drawing, label if label in range(PLACES_MAX) else None, _time(received_at), contributor)


def deletion_of(drawing: str, deleted_at: object, contributor: str | None = None) -> Deletion:
    """The deletion as its row holds it; a damaged time reads as 1970, for the deletion counts and not its time."""
    return Deletion(drawing, _time(deleted_at) or datetime.fromtimestamp(0, UTC), contributor)


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def erase(
    connection: sqlite3.Connection,
    drawing: str,
    now: datetime,
    contributor: str | None = None,
    is_certain: bool = False,
) -> tuple[Deletion, Erased | None] | None:
    """Notes the deletion and blanks the drawing's row; a repeat changes nothing.

    None, and no change, where the row or an earlier deletion is another contributor's, unless `is_certain`: then the
    store has the id by this contributor.
    """
    known = connection.execute(DELETED_AT, (drawing,)).fetchone()
    if known and (contributor is None or known[1] in (None, contributor)):
        return deletion_of(drawing, *known), None
    query = "SELECT seq, label, contributor, received_at, length(body) FROM drawings WHERE id = ?"
    row = connection.execute(query, (drawing,)).fetchone()
    if not is_certain and (known or (row and contributor not in (None, row[2]))):
        return None
    label, received_at = (row[1], row[3]) if row else (None, None)
    if row and contributor not in (None, row[2]):
        label, received_at = None, None  # another drawing's
    take_back(connection, drawing)
    noted = connection.execute(
        "INSERT INTO deletions (id, deleted_at, label, received_at) VALUES (?, ?, ?, ?)",
        (drawing, now.isoformat(), label, received_at),
    )
    if contributor is not None:
        connection.execute("INSERT OR REPLACE INTO deleted_by VALUES (?, ?)", (drawing, contributor))
    if row is None or known:
        return Deletion(drawing, now, contributor), None
    _blank(connection, drawing, row[-1])
    return Deletion(drawing, now, contributor), Erased(noted.lastrowid or 0, *row[:3])


def _blank(connection: sqlite3.Connection, drawing: str, size: int | None) -> None:
    connection.execute("DELETE FROM quarantine WHERE seq IN (SELECT seq FROM drawings WHERE id = ?)", (drawing,))
    # The row stays: SQLite would give its number to the next one, which would then not be counted as new.
    connection.execute(
        "UPDATE drawings SET label = -1, contributor = '', use = '', received_at = '', body = NULL WHERE id = ?",
        (drawing,),
    )
    if size is not None:
        connection.execute("UPDATE backlog SET drawings = drawings - 1, bytes = bytes - ?", (size,))


def note_unremoved(connection: sqlite3.Connection, drawing: str) -> None:
    """Queues a deleted drawing for removal again: an upload may have put objects since."""
    connection.execute("UPDATE deletions SET removed = 0 WHERE id = ?", (drawing,))


def note_removed(connection: sqlite3.Connection, drawing: str) -> None:
    connection.execute("UPDATE deletions SET removed = 1, label = NULL, received_at = NULL WHERE id = ?", (drawing,))
    connection.execute("DELETE FROM deleted_by WHERE id = ?", (drawing,))


def take_back(connection: sqlite3.Connection, drawing: str) -> None:
    """Forgets a deletion: the drawing in the store turned out to be another contributor's."""
    # The row stays, under no drawing's id: SQLite would give its number to the next one, which readers then overlook.
    connection.execute(
        "UPDATE deletions SET id = 'taken back ' || seq, removed = 1, label = NULL, received_at = NULL WHERE id = ?",
        (drawing,),
    )
    connection.execute("DELETE FROM deleted_by WHERE id = ?", (drawing,))
