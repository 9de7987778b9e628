"""SQL statements for drawings that can't go up for a reason of their own, and for the uploader's last error."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

# A quarantined drawing keeps its row and its bytes: receipts and deletion work as before. `retry_at` is null for a
# damaged row, which no later attempt can repair; what the store refused is tried again.
SCHEMA = """
CREATE TABLE IF NOT EXISTS quarantine (
    seq INTEGER PRIMARY KEY,  -- of the drawing: the only column that no damage can make unreadable
    reason TEXT NOT NULL,
    since TEXT NOT NULL,
    retry_at TEXT
);
CREATE TABLE IF NOT EXISTS upload_trouble (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), reason TEXT NOT NULL);
"""

LISTED = """
SELECT id, reason, since, label FROM quarantine JOIN drawings USING (seq)
WHERE body IS NOT NULL ORDER BY seq
"""
COUNTED = "SELECT count(*), max(reason) FROM quarantine JOIN drawings USING (seq) WHERE body IS NOT NULL"
# Times are ISO 8601 in UTC with microseconds, so that text compares as time does.
QUEUED = """
SELECT seq FROM drawings WHERE body IS NOT NULL AND seq > ?
AND seq NOT IN (SELECT seq FROM quarantine WHERE retry_at IS NULL OR retry_at > ?) ORDER BY seq LIMIT ?
"""
QUEUED_UP_TO = """
SELECT count(*), coalesce(max(seq), 0) FROM drawings WHERE body IS NOT NULL AND seq <= ?
AND seq NOT IN (SELECT seq FROM quarantine WHERE retry_at IS NULL OR retry_at > ?)
"""
TROUBLE = "SELECT reason FROM upload_trouble"
REASON_MAX = 500  # characters; an error may quote the whole of what failed


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A drawing that waits apart from the queue, and why."""

    id: str
    reason: str
    since: datetime
    label: object  # a digit, unless the row is damaged

    @classmethod
    def from_row(cls, drawing: object, reason: str, since: str, label: object) -> Quarantined:
        return cls(str(drawing), reason, datetime.fromisoformat(since), label)


def put_into_quarantine(
    connection: sqlite3.Connection, seq: int, reason: str, now: datetime, retry_at: datetime | None
) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO quarantine (seq, reason, since, retry_at) VALUES (?, ?, ?, ?)",
        (seq, reason[:REASON_MAX], time_text(now), None if retry_at is None else time_text(retry_at)),
    )


def release(connection: sqlite3.Connection, drawing: str | None = None) -> int:
    """Puts one drawing, or all, back into the queue; returns how many were in quarantine."""
    if drawing is None:
        return connection.execute("DELETE FROM quarantine").rowcount
    query = "DELETE FROM quarantine WHERE seq IN (SELECT seq FROM drawings WHERE id = ?)"
    return connection.execute(query, (drawing,)).rowcount


def note_trouble(connection: sqlite3.Connection, reason: str) -> None:
    """Notes the uploader's error for other processes; an empty reason clears it."""
    if reason:
        connection.execute("INSERT OR REPLACE INTO upload_trouble VALUES (1, ?)", (reason[:REASON_MAX],))
    else:
        connection.execute("DELETE FROM upload_trouble")


def time_text(when: datetime) -> str:
    return when.isoformat(timespec="microseconds")
