"""The write-ahead spool: a contribution that `accept` has answered is on this disk until the object store has it."""

from __future__ import annotations

import sqlite3
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.contribution import LICENCE, Contribution
from collector.contributor import Use
from collector.drawing import DIGITS
from collector.group_commit import GroupCommit, SpoolError, open_connection
from collector.stored_drawing import to_stored

__all__ = ["Backlog", "Counts", "PendingDrawing", "Receipt", "Spool", "SpoolError", "SpoolFull"]

MAX_BYTES = 2 * 1024**3  # waiting for upload: some 40,000 drawings of a page

# `body` is the last column: SQLite reads the others without touching a large row's overflow pages.
# A row stays when its body has gone, so that a resent id is still known and the counts still stand.
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
CREATE TABLE IF NOT EXISTS backlog (drawings INTEGER NOT NULL, bytes INTEGER NOT NULL);
INSERT INTO backlog SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM backlog);
"""

_LENGTH = struct.Struct(">I")


class SpoolFull(SpoolError):
    """So much waits for upload that no more is taken; room comes with the next uploads."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a contributor is told once the drawing is on disk."""

    id: str
    use: Use
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Drawings ever accepted: all, this contributor's, and all by label 0 to 9."""

    total: int
    yours: int
    by_label: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for upload."""

    drawings: int
    bytes: int


@dataclass(frozen=True, slots=True)
class PendingDrawing:
    """What waits for upload, in the order of `seq`."""

    seq: int
    id: str
    body: bytes

    def unpack(self) -> tuple[bytes, tuple[bytes, ...]]:
        """The drawing's JSON, and the PNGs of its samples step by step."""
        document, *pngs = _unpack(self.body)
        return document, tuple(pngs)


class Spool:
    """One SQLite file. Safe for many threads, and for other processes that open the same file."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        """Opens the spool, or makes it and its folder.

        Raises:
            SpoolError: the file can't be opened.
        """
        self._max_bytes = max_bytes
        self._arrived = threading.Event()
        self._counted = _Counted()
        self._lock = threading.Lock()  # of the reading connection and the counts
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SpoolError(f"no folder for {path}: {error}") from error
        self._writer = GroupCommit(path, _SCHEMA)
        self._reader = open_connection(path)

    def accept(
        self,
        contribution: Contribution,
        contributor: str,
        source: str = "page",
        now: datetime | None = None,
        licence: str = LICENCE,
    ) -> Receipt:
        """Keeps the contribution under its contributor's hash; an id that came before gets its first receipt again.

        Raises:
            SpoolFull: `max_bytes` wait for upload.
            SpoolError: it is not known to be on disk; the same contribution may come again.
        """
        stored = to_stored(contribution, contributor, source, now or datetime.now(UTC), licence)
        body = _pack([stored.to_json(), *(sample.png for sample in contribution.samples)])
        row = (stored.id, stored.label, contributor, stored.use, stored.received_at.isoformat(), body)

        receipt = self._writer.run(lambda connection: self._insert(connection, row))

        if receipt is None:
            raise SpoolFull(f"{len(body)} bytes more than the {self._max_bytes} that may wait for upload")
        self._arrived.set()
        return receipt

    def _insert(self, connection: sqlite3.Connection, row: tuple[str, int, str, Use, str, bytes]) -> Receipt | None:
        drawing, use, body = row[0], row[3], row[-1]
        known = connection.execute("SELECT use FROM drawings WHERE id = ?", (drawing,)).fetchone()
        if known:
            return Receipt(drawing, known[0], duplicate=True)
        (waiting,) = connection.execute("SELECT bytes FROM backlog").fetchone()
        if waiting + len(body) > self._max_bytes:
            return None
        connection.execute(
            "INSERT INTO drawings (id, label, contributor, use, received_at, body) VALUES (?, ?, ?, ?, ?, ?)", row
        )
        connection.execute("UPDATE backlog SET drawings = drawings + 1, bytes = bytes + ?", (len(body),))
        return Receipt(drawing, use, duplicate=False)

    def counts(self, contributor: str | None = None) -> Counts:
        """How many drawings were ever accepted; `yours` is 0 without a contributor.

        Raises:
            SpoolError: the file can't be read.
        """
        # Rows are never removed and `seq` grows in the order of commits: only the new ones are read.
        rows = "SELECT seq, label, contributor FROM drawings WHERE seq > ? ORDER BY seq"
        with self._lock:
            for seq, label, who in self._read(rows, (self._counted.seq,)):
                self._counted.add(seq, label, who)
            return self._counted.told_to(contributor)

    def pending(self, limit: int, after: int = 0) -> list[PendingDrawing]:
        """At most `limit` drawings that wait for upload, oldest first, of those past the seq `after`.

        Raises:
            SpoolError: the file can't be read.
        """
        rows = "SELECT seq, id, body FROM drawings WHERE body IS NOT NULL AND seq > ? ORDER BY seq LIMIT ?"
        with self._lock:
            found = self._read(rows, (after, limit))
        return [PendingDrawing(seq, drawing, body) for seq, drawing, body in found]

    def backlog(self) -> Backlog:
        """How much waits for upload.

        Raises:
            SpoolError: the file can't be read.
        """
        with self._lock:
            ((drawings, size),) = self._read("SELECT drawings, bytes FROM backlog", ())
        return Backlog(drawings, size)

    def mark_uploaded(self, drawing: str) -> None:
        """Lets go of what was kept of this drawing, but for what counts and duplicates need. Safe to call twice.

        Raises:
            SpoolError: it is not known to be noted; uploading it again does no harm.
        """
        self._writer.run(lambda connection: _let_go(connection, drawing))

    def wait_for_arrival(self, seconds: float) -> None:
        """Returns as soon as this process accepts something, or when the time has passed."""
        self._arrived.wait(seconds)
        self._arrived.clear()

    def close(self) -> None:
        """Finishes what was called before. Safe to call twice."""
        self._writer.close()
        with self._lock:
            self._reader.close()

    def _read(self, query: str, values: tuple[int, ...]) -> list[Any]:
        try:
            return self._reader.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise SpoolError(f"the spool can't be read: {error}") from error


class _Counted:
    """Running counts of the rows up to `seq`."""

    def __init__(self) -> None:
        self.seq = 0
        self._by_label = [0] * DIGITS
        self._by_contributor: Counter[str] = Counter()

    def add(self, seq: int, label: int, contributor: str) -> None:
        self.seq = seq
        self._by_label[label] += 1
        self._by_contributor[contributor] += 1

    def told_to(self, contributor: str | None) -> Counts:
        yours = self._by_contributor.get(contributor, 0) if contributor else 0
        return Counts(sum(self._by_label), yours, tuple(self._by_label))


def _let_go(connection: sqlite3.Connection, drawing: str) -> None:
    query = "SELECT length(body) FROM drawings WHERE id = ? AND body IS NOT NULL"
    waiting = connection.execute(query, (drawing,)).fetchone()
    if waiting:
        connection.execute("UPDATE drawings SET body = NULL WHERE id = ?", (drawing,))
        connection.execute("UPDATE backlog SET drawings = drawings - 1, bytes = bytes - ?", waiting)


def _pack(parts: Sequence[bytes]) -> bytes:
    """Each part after its length, u32."""
    return b"".join(_LENGTH.pack(len(part)) + part for part in parts)


def _unpack(body: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(body):
        (length,) = _LENGTH.unpack_from(body, at)
        at += _LENGTH.size + length
        yield body[at - length : at]
