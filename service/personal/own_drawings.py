"""Finds and reads the drawings that a contributor gave, in the spool and in the store. Blocks: call it in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from collector.contribution.contribution import Contribution
from collector.contribution.layout import (
    NotInLayout,
    contributor_prefix,
    drawing_key,
    is_contributor,
    parse_index_key,
    verdict_key,
)
from collector.ink.drawing import Point, Stroke
from collector.spool.deletions import Deletion
from collector.spool.pending_drawing import BadPendingDrawing, PendingDrawing
from collector.spool.spool import Spool
from collector.storage.object_store import NoSuchObject, ObjectStore, exists
from collector.storage.stored_drawing import BadStoredDrawing, StoredDrawing, parse_stored_drawing

OVERHEAD_BYTES = 600  # of the Python objects of one drawing


@dataclass(frozen=True, slots=True, eq=False)
class OwnDrawing:
    """A drawing that its contributor gave; lengths in canvas px. Its points are packed: many are kept."""

    id: str
    label: int
    points: NDArray[np.float64]  # (points, 2)
    starts: tuple[int, ...]  # the index of each stroke's first point
    width: int
    height: int
    pen_width: float
    received_at: datetime
    confirmed: bool = False  # the contributor kept the label when asked

    @property
    def strokes(self) -> tuple[Stroke, ...]:
        lines = np.split(self.points, self.starts[1:])
        return tuple(Stroke(tuple(Point(x, y) for x, y in line.tolist())) for line in lines)

    @property
    def bytes(self) -> int:
        return self.points.nbytes + OVERHEAD_BYTES


def own_drawing(given: StoredDrawing | Contribution, received_at: datetime) -> OwnDrawing:
    points, starts = pack_points(given.strokes)
    # A time without a zone, in a drawing that someone else wrote, could not be compared.
    when = received_at if received_at.tzinfo else received_at.replace(tzinfo=UTC)
    return OwnDrawing(
        given.id, given.label, points, starts, given.width, given.height, given.pen_width, when, given.confirmed
    )


def pack_points(strokes: Sequence[Stroke]) -> tuple[NDArray[np.float64], tuple[int, ...]]:
    """All points (n, 2), and the index of each stroke's first."""
    points = np.array([(p.x, p.y) for stroke in strokes for p in stroke.points], np.float64)
    counts = np.cumsum([0, *(len(stroke.points) for stroke in strokes[:-1])])
    return points, tuple(counts.tolist())


class OwnDrawings:
    """Reads one drawing at a time, and lists a contributor's."""

    def __init__(self, spool: Spool, store: ObjectStore) -> None:
        self._spool = spool
        self._store = store

    def in_spool(self, contributor: str, limit: int) -> dict[str, bool]:
        """The newest ids that this service's spool knows of, newest first, and whether each waits for upload.

        Raises:
            SpoolError: the spool can't be read.
        """
        return dict(self._spool.drawings_of(contributor, limit))

    def in_index(self, contributor: str) -> list[str]:
        """The ids in the store's index, in no meaningful order.

        Raises:
            StoreError: the store can't be read.
        """
        if not is_contributor(contributor):
            return []
        found = []
        for key in self._store.keys(contributor_prefix(contributor)):
            try:
                found.append(parse_index_key(key)[1])
            except NotInLayout:
                continue
        return found

    def read(self, drawing: str, contributor: str) -> OwnDrawing | None:
        """The drawing; None where it is deleted, damaged, someone else's, or rejected by the label filter unconfirmed.

        Raises:
            SpoolError, StoreError: it can't be read now.
        """
        found = self._spool.find(drawing)
        if found is not None:  # the filter judges drawings in the store alone
            return _waiting(found, contributor)
        try:
            own = _parse(self._store.get(drawing_key(drawing)), drawing, contributor)
        except NoSuchObject:
            return None
        return None if own is None or self.is_rejected(own) else own

    def read_waiting(self, drawing: str, contributor: str) -> OwnDrawing | None:
        """The drawing if it waits in the spool, without any call of the store.

        Raises:
            SpoolError: the spool can't be read.
        """
        found = self._spool.find(drawing)
        return None if found is None else _waiting(found, contributor)

    def is_rejected(self, drawing: OwnDrawing) -> bool:
        """True where the label filter rejects the drawing and its contributor never confirmed the label.

        Raises:
            StoreError: the store can't be read.
        """
        return not drawing.confirmed and exists(self._store, verdict_key(drawing.id))

    def exists(self, drawing: str) -> bool:
        """True while spool or store hold the drawing.

        Raises:
            SpoolError, StoreError: they can't be read.
        """
        found = self._spool.find(drawing)
        return exists(self._store, drawing_key(drawing)) if found is None else not isinstance(found, Deletion)

    def was_deleted(self, drawing: str) -> bool:
        """True if it was deleted from this service's spool.

        Raises:
            SpoolError: the spool can't be read.
        """
        return self._spool.was_deleted(drawing)


def _waiting(found: PendingDrawing | Deletion, contributor: str) -> OwnDrawing | None:
    if isinstance(found, Deletion):
        return None
    try:
        return _parse(found.unpack()[0], found.id, contributor)
    except BadPendingDrawing:
        return None


def _parse(document: bytes, drawing: str, contributor: str) -> OwnDrawing | None:
    """None for a damaged document, or one of another drawing or contributor."""
    try:
        stored = parse_stored_drawing(document)
    except BadStoredDrawing:
        return None
    is_own = (stored.id, stored.contributor) == (drawing, contributor)
    return own_drawing(stored, stored.received_at) if is_own else None
