"""Keeps a record of damaged objects: each is named once in the log, counted, and left out of training.

The record is `trainer/damaged.json`. A new process reads each damaged object again, once: it may have been repaired, or
a new release may know its format.
"""

from __future__ import annotations

import json
import logging

from collector.contribution.layout import TRAINER_DAMAGED
from collector.storage.object_store import NoSuchObject, ObjectStore

FORMAT = 1
MAX_REASON = 300  # characters

log = logging.getLogger(__name__)


class DamagedObjects:
    """Damaged objects by name: a key, or a key and a part of the object. Thread-safe by single dict operations."""

    def __init__(self, store: ObjectStore | None = None) -> None:
        """Without a `store` the record is not loaded and `save` does nothing."""
        self._store = store
        self._reasons: dict[str, str] | None = None  # None: not loaded yet
        self._unsaved = False

    def __len__(self) -> int:
        return len(self._loaded())

    def load(self) -> None:
        """Loads the stored record, once; before threads share this object.

        Raises:
            StoreError: it could not be read.
        """
        if self._reasons is None:
            self._reasons = {} if self._store is None else _load(self._store)

    def add(self, name: str, error: object) -> None:
        """Records an object and logs it, unless it is recorded already."""
        reason = _printable(error)
        reasons = self._loaded()
        if name in reasons:
            return
        reasons[name] = reason
        self._unsaved = True
        log.warning("%s is damaged and left out: %s", name, reason)

    def resolve(self, name: str) -> None:
        """Removes an object that was repaired or deleted."""
        if self._loaded().pop(name, None) is not None:
            self._unsaved = True

    def save(self) -> None:
        """Stores the record if it changed.

        Raises:
            StoreError: it may not be stored.
        """
        if self._store is None or not self._unsaved:
            return
        record = {"format": FORMAT, "objects": dict(sorted(self._loaded().items()))}
        self._store.put(TRAINER_DAMAGED, json.dumps(record, indent=1).encode())
        self._unsaved = False

    def _loaded(self) -> dict[str, str]:
        self.load()
        return self._reasons if self._reasons is not None else {}


def _load(store: ObjectStore) -> dict[str, str]:
    try:
        record = json.loads(store.get(TRAINER_DAMAGED))
        return {_printable(name): _printable(reason) for name, reason in record["objects"].items()}
    except NoSuchObject:
        return {}
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        log.warning("%s is damaged and starts anew: %s", TRAINER_DAMAGED, _printable(error))
        return {}


def _printable(error: object) -> str:
    """One short line that every encoding can hold."""
    text = f"{type(error).__name__}: {error}" if isinstance(error, Exception) else str(error)
    return text[:MAX_REASON].encode("ascii", "backslashreplace").decode().replace("\n", " ")
