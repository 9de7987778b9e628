"""Reads from the spool what any process has accepted and deleted since an earlier look."""

from __future__ import annotations

from dataclasses import dataclass

from collector.spool.deletions import LATEST
from collector.spool.reader import Reader

OF_CONTRIBUTOR = "SELECT id, body IS NOT NULL FROM drawings WHERE contributor = ? ORDER BY seq DESC LIMIT ?"
_NEWEST = "SELECT coalesce(max(seq), 0) FROM drawings"
_ACCEPTED = "SELECT seq, id, contributor FROM drawings WHERE seq > ? ORDER BY seq"
_DELETED = "SELECT seq, id FROM deletions WHERE seq > ? ORDER BY seq"


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


def changes_since(reader: Reader, after: Position | None) -> Changes:
    """The drawings accepted and deleted since `after`; none without it, only the position."""
    if after is None:
        ((accepted,),) = reader.rows(_NEWEST)
        ((deleted,),) = reader.rows(LATEST)
        return Changes((), (), Position(accepted, deleted))
    rows = reader.rows(_ACCEPTED, after.accepted)
    gone = reader.rows(_DELETED, after.deleted)
    return Changes(
        accepted=tuple((drawing, contributor) for _, drawing, contributor in rows),
        deleted=tuple(drawing for _, drawing in gone),
        position=Position(rows[-1][0] if rows else after.accepted, gone[-1][0] if gone else after.deleted),
    )
