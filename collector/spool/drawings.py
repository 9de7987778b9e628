"""SQL statements for the drawings that wait for upload, or were uploaded; the spool runs and commits them."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from collector.contribution.contributor import Use, stored_use, use_of
from collector.spool.deletions import DELETED_AT, Deletion, deletion_of, note_unremoved

# `body` is the last column: SQLite reads the others without touching a large row's overflow pages.
# A row outlives its body, so that a resent id is recognised and counts stay right.
SCHEMA = """
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
CREATE TABLE IF NOT EXISTS replica (name TEXT NOT NULL);
INSERT INTO replica SELECT lower(hex(randomblob(16))) WHERE NOT EXISTS (SELECT 1 FROM replica);
"""

BODY = "SELECT id, body, contributor, received_at FROM drawings WHERE seq = ?"
WAITING = "SELECT seq, id, body, contributor, received_at FROM drawings WHERE id = ? AND body IS NOT NULL"
OWNER = "SELECT contributor FROM drawings WHERE id = ?"
NAME = "SELECT name FROM replica"
BACKLOG = "SELECT drawings, bytes FROM backlog"
# Rows are blanked, never removed, so the highest seq is their number.
PROGRESS = """
SELECT (SELECT coalesce(max(seq), 0) FROM drawings), drawings, bytes,
    (SELECT received_at FROM drawings WHERE body IS NOT NULL ORDER BY seq LIMIT 1) FROM backlog
"""

Row = tuple[str, int, str, str, str, bytes]  # id, label, contributor, use, received_at, body


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
class Progress:
    """Counts of all drawings since the spool was created, and of those that still wait for upload."""

    accepted: int
    waiting: int
    waiting_bytes: int
    oldest: datetime | None  # when the one that has waited longest was accepted; None when none waits

    @classmethod
    def from_row(cls, accepted: int, waiting: int, waiting_bytes: int, oldest: str | None) -> Progress:
        return cls(accepted, waiting, waiting_bytes, None if oldest is None else datetime.fromisoformat(oldest))


def insert(connection: sqlite3.Connection, row: Row, max_bytes: int) -> Acknowledgement | Deletion | None:
    """Adds the row if its id is new; None when more than `max_bytes` would wait for upload."""
    drawing, contributor, body = row[0], row[2], row[-1]
    if deleted := connection.execute(DELETED_AT, (drawing,)).fetchone():
        return deletion_of(drawing, *deleted)
    known = connection.execute("SELECT contributor FROM drawings WHERE id = ?", (drawing,)).fetchone()
    if known:
        return Acknowledgement(drawing, use_of(str(known[0])), duplicate=True, yours=known[0] == contributor)
    (waiting,) = connection.execute("SELECT bytes FROM backlog").fetchone()
    if waiting + len(body) > max_bytes:
        return None
    connection.execute(
        "INSERT INTO drawings (id, label, contributor, use, received_at, body) VALUES (?, ?, ?, ?, ?, ?)", row
    )
    connection.execute("UPDATE backlog SET drawings = drawings + 1, bytes = bytes + ?", (len(body),))
    return Acknowledgement(drawing, use_of(contributor), duplicate=False)


def drop_body(connection: sqlite3.Connection, drawing: str) -> None:
    """Drops the bytes of an uploaded drawing; one that was deleted meanwhile is queued for removal again."""
    query = "SELECT length(body) FROM drawings WHERE id = ? AND body IS NOT NULL"
    waiting = connection.execute(query, (drawing,)).fetchone()
    if waiting:
        connection.execute("UPDATE drawings SET body = NULL WHERE id = ?", (drawing,))
        connection.execute("UPDATE backlog SET drawings = drawings - 1, bytes = bytes - ?", waiting)
    else:
        note_unremoved(connection, drawing)


def give_up(connection: sqlite3.Connection, drawing: str, owner: str) -> None:
    """Drops a drawing whose id is another contributor's: the row is the owner's from now on."""
    query = "SELECT length(body) FROM drawings WHERE id = ? AND body IS NOT NULL"
    waiting = connection.execute(query, (drawing,)).fetchone()
    connection.execute(
        "UPDATE drawings SET contributor = ?, use = ?, body = NULL WHERE id = ?",
        (owner, stored_use(use_of(owner)), drawing),
    )
    if waiting:
        connection.execute("UPDATE backlog SET drawings = drawings - 1, bytes = bytes - ?", waiting)
