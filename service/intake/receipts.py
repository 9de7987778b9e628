"""Lets the holder of a drawing's receipt read or delete what is stored of it. No HTTP here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from collector.contribution.layout import drawing_key, is_drawing_id, tombstone_key, verdict_key
from collector.contribution.receipt import Holder, holder_of
from collector.spool.deletions import Deletion, GivenByAnother, WasDeleted
from collector.spool.pending_drawing import PendingDrawing
from collector.spool.spool import Spool
from collector.storage.object_store import NoSuchObject, ObjectStore, StoreError, exists
from collector.storage.stored_drawing import StoredDrawing, parse_stored_drawing
from collector.upload.prepared import prepare
from service.intake.intake import utc_now


class WrongReceipt(Exception):
    """Wrong receipt or unknown drawing; the caller must not learn which."""


@dataclass(frozen=True, slots=True)
class StoredFiles:
    """All that is stored of a drawing: its JSON document, and the PNGs of its samples in order, unless retired."""

    document: bytes
    pngs: tuple[bytes, ...]
    is_filtered: bool = False  # the label filter left it out of training and validation

    @property
    def stored(self) -> StoredDrawing:
        return parse_stored_drawing(self.document)


class Receipts:
    """Every method but `check` blocks on disk or store: call it in a thread."""

    def __init__(
        self,
        spool: Spool,
        store: ObjectStore,
        key: bytes,
        now: Callable[[], datetime] = utc_now,
        listener: Callable[[str], None] = lambda _drawing: None,
    ) -> None:
        """`listener` is called with the id of each deleted drawing, before the deletion is answered."""
        self._spool = spool
        self._store = store
        self._key = key
        self._now = now
        self._listener = listener

    def check(self, drawing: str, receipt: str) -> Holder:
        """Checks the receipt without any look-up, so that a wrong one costs nothing and reveals nothing.

        Raises:
            WrongReceipt: it is not a receipt for this drawing.
        """
        holder = holder_of(self._key, drawing, receipt) if is_drawing_id(drawing) else None
        if holder is None:
            raise WrongReceipt
        return holder

    def read(self, drawing: str, receipt: str) -> StoredFiles:
        """Reads the drawing from the spool or, after upload, from the store.

        Raises:
            WrongReceipt: it is not this drawing's receipt, or the drawing is not stored here.
            WasDeleted: it was deleted.
            BadPendingDrawing, BadStoredDrawing: the spool or the store holds something else in its place.
            SpoolError, StoreError: it can't be read now.
        """
        holder = self.check(drawing, receipt)
        found = self._find(drawing, holder)
        if found is not None:
            prepared = prepare(found)
            return StoredFiles(prepared.document, tuple(png for _, png in prepared.samples))
        return self._read_from_store(drawing, holder)

    def is_filtered(self, drawing: str, receipt: str) -> bool:
        """True if the label filter left the drawing out; reads none of its pictures.

        Raises:
            WrongReceipt, WasDeleted, SpoolError, StoreError: as `read`.
        """
        holder = self.check(drawing, receipt)
        if self._find(drawing, holder) is not None:
            return False  # the trainer has not seen it yet
        if exists(self._store, tombstone_key(drawing)):
            raise WasDeleted(f"drawing {drawing} was deleted")
        self._document(drawing, holder)
        return exists(self._store, verdict_key(drawing))

    def delete(self, drawing: str, receipt: str) -> Deletion:
        """Deletes for good: from disk before this returns, from the store soon after. Repeating it changes nothing.

        Raises:
            WrongReceipt: it is not this drawing's receipt.
            SpoolError: the deletion may not be on disk.
            StoreError: the spool has the id by another contributor, and the store can't tell whose it is yet.
        """
        holder = self.check(drawing, receipt)
        try:
            deletion = self._spool.delete(drawing, self._now(), holder.contributor)
        except GivenByAnother as error:
            deletion = self._delete_by_store(drawing, holder, error)
        self._listener(drawing)
        return deletion

    def _find(self, drawing: str, holder: Holder) -> PendingDrawing | None:
        """The holder's drawing in the spool.

        Raises:
            WasDeleted: the holder deleted it here.
        """
        found = self._spool.find(drawing)
        if isinstance(found, Deletion):
            if found.contributor is None or holder.owns(found.contributor):
                raise WasDeleted(str(found))
            return None
        return found if found is not None and holder.owns(found.contributor) else None

    def _delete_by_store(self, drawing: str, holder: Holder, error: GivenByAnother) -> Deletion:
        """Deletes what this spool has by another contributor, where the store has it by the holder."""
        try:
            self._document(drawing, holder)
        except WrongReceipt:
            if exists(self._store, drawing_key(drawing)):
                raise
            raise StoreError(f"{error}, and not in the store yet") from error
        return self._spool.delete(drawing, self._now(), holder.contributor, is_certain=True)

    def _document(self, drawing: str, holder: Holder) -> bytes:
        """The JSON of the holder's drawing in the store.

        Raises:
            WrongReceipt: there is none, or it is another contributor's.
        """
        try:
            document = self._store.get(drawing_key(drawing))
        except NoSuchObject as error:
            raise WrongReceipt from error
        if not holder.owns(parse_stored_drawing(document).contributor):
            raise WrongReceipt
        return document

    def _read_from_store(self, drawing: str, holder: Holder) -> StoredFiles:
        try:
            document = self._document(drawing, holder)
            pngs = self._pngs(drawing, document)
            return StoredFiles(document, pngs, exists(self._store, verdict_key(drawing)))
        except (NoSuchObject, WrongReceipt) as error:
            # Another service deleted it, or it was deleted between the reads of spool and store.
            if exists(self._store, tombstone_key(drawing)):
                raise WasDeleted(f"drawing {drawing} was deleted") from error
            raise WrongReceipt from error

    def _pngs(self, drawing: str, document: bytes) -> tuple[bytes, ...]:
        """The samples; none where the operator's rule has retired them and the drawing stays."""
        try:
            return tuple(self._store.get(sample.key) for sample in parse_stored_drawing(document).samples)
        except NoSuchObject:
            if exists(self._store, tombstone_key(drawing)) or not exists(self._store, drawing_key(drawing)):
                raise
            return ()
