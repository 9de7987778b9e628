"""Stores the label filter's verdict on filtered drawings, so that their contributors can see it."""

from __future__ import annotations

from collections.abc import Iterable

from collector.contribution.layout import drawing_key, tombstone_key, verdict_key
from collector.storage.object_store import NoSuchObject, ObjectStore
from collector.storage.stored_drawing import BadStoredDrawing, parse_stored_drawing
from collector.storage.verdict import Filtered


class Verdicts:
    """Stores each verdict once; a verdict is deleted with its drawing."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._stored: set[str] = set()

    def store_filtered(self, drawings: Iterable[str]) -> None:
        """Stores the verdict on these drawings, unless this process has.

        Raises:
            StoreError: one may not be stored.
        """
        for drawing in drawings:
            if drawing not in self._stored:
                self._store_one(drawing)
                self._stored.add(drawing)

    def forget(self, drawings: Iterable[str]) -> None:
        """Stores the next verdict on these drawings again: an operator gave them another label."""
        self._stored.difference_update(drawings)

    def _store_one(self, drawing: str) -> None:
        try:
            confirmed = parse_stored_drawing(self._store.get(drawing_key(drawing))).confirmed
        except (NoSuchObject, BadStoredDrawing):  # deleted or damaged since it was compacted
            return
        key = verdict_key(drawing)
        self._store.put(key, Filtered(drawing, confirmed).to_json())
        # A deletion between reading the drawing and this put found no verdict to delete.
        if self._is_deleted(drawing):
            self._store.delete(key)

    def _is_deleted(self, drawing: str) -> bool:
        try:
            self._store.get(tombstone_key(drawing))
        except NoSuchObject:
            return False
        return True
