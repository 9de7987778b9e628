"""What the holder of a drawing's receipt may do: see all that is kept of it, or delete it. No HTTP in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from collector.contribution.layout import drawing_key, is_drawing_id, tombstone_key
from collector.contribution.receipt import is_receipt_for
from collector.spool.deletions import Deletion, WasDeleted
from collector.spool.spool import Spool
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.stored_drawing import StoredDrawing, parse_stored_drawing
from service.intake.intake import utc_now


class WrongReceipt(Exception):
    """Not this drawing's receipt, or no such drawing: which of the two is nobody's business."""


@dataclass(frozen=True, slots=True)
class KeptDrawing:
    """All that is kept of a drawing: its JSON as stored, and the PNGs of its samples step by step."""

    document: bytes
    pngs: tuple[bytes, ...]

    @property
    def stored(self) -> StoredDrawing:
        return parse_stored_drawing(self.document)


class Receipts:
    """All of it blocks on disk or store: call it in a thread, but for `check`."""

    def __init__(self, spool: Spool, store: ObjectStore, key: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self._spool = spool
        self._store = store
        self._key = key
        self._now = now

    def check(self, drawing: str, receipt: str) -> None:
        """Nothing is looked up, so that a wrong receipt costs nothing and tells nothing.

        Raises:
            WrongReceipt: it is another's, or none at all.
        """
        if not (is_drawing_id(drawing) and is_receipt_for(self._key, drawing, receipt)):
            raise WrongReceipt

    def read(self, drawing: str, receipt: str) -> KeptDrawing:
        """What is kept, wherever it is on its way from disk to store.

        Raises:
            WrongReceipt: not this drawing's receipt, or the drawing is not kept here.
            WasDeleted: it is kept no more.
            BadStoredDrawing: the store has something else in its place.
            SpoolError, StoreError: it could not be read just now.
        """
        self.check(drawing, receipt)
        found = self._spool.find(drawing)
        if isinstance(found, Deletion):
            raise WasDeleted(str(found))
        if found is not None:
            return KeptDrawing(*found.unpack())
        return self._read_from_store(drawing)

    def delete(self, drawing: str, receipt: str) -> Deletion:
        """Deletes for good; on disk when this returns, out of the store soon after. A second time changes nothing.

        Raises:
            WrongReceipt: not this drawing's receipt.
            SpoolError: it is not known to be deleted.
        """
        self.check(drawing, receipt)
        return self._spool.delete(drawing, self._now())

    def _read_from_store(self, drawing: str) -> KeptDrawing:
        try:
            document = self._store.get(drawing_key(drawing))
            samples = parse_stored_drawing(document).samples
            return KeptDrawing(document, tuple(self._store.get(sample.key) for sample in samples))
        except NoSuchObject as error:
            # By another service with another spool, or between this one's look at the spool and at the store.
            if self._is_buried(drawing):
                raise WasDeleted(f"drawing {drawing} was deleted") from error
            raise WrongReceipt from error

    def _is_buried(self, drawing: str) -> bool:
        try:
            self._store.get(tombstone_key(drawing))
        except NoSuchObject:
            return False
        return True
