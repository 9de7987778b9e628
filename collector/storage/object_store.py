"""The contract of every object store: four calls, their errors, and the form of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

MAX_KEY_BYTES = 1024  # S3's own limit
MAX_NAME_BYTES = 255  # of one part: what a folder's file may be called

NAME = re.compile(r"[A-Za-z0-9._-]+")
_NAMES = re.compile(rf"{NAME.pattern}(/{NAME.pattern})*")


class StoreError(Exception):
    """The store could not complete the call; trying again later may help."""


class NoSuchObject(StoreError):
    """No object has this key."""


class BadKey(StoreError):
    """Not every store can hold this key."""


class ObjectStore(Protocol):
    """Stores bytes under keys. Keys are `/`-separated names of `A-Z a-z 0-9 . _ -`, no part empty, `.` or `..`."""

    def put(self, key: str, body: bytes) -> None:
        """Stores `body` under `key`, replacing an older object; readers see the old or the new one, never a part.

        Raises:
            BadKey: the key has the wrong form.
            StoreError: the object may not be stored.
        """

    def get(self, key: str) -> bytes:
        """The object's bytes.

        Raises:
            BadKey: the key has the wrong form.
            NoSuchObject: no object has this key.
            StoreError: the object could not be read.
        """

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """Keys that begin with `prefix` and sort after `after`, in code point order.

        Raises:
            StoreError: the listing failed; it may fail after some keys.
        """

    def delete(self, key: str) -> None:
        """Removes the object; a missing object is no error.

        Raises:
            BadKey: the key has the wrong form.
            StoreError: the object may still be there.
        """


def exists(store: ObjectStore, key: str) -> bool:
    """True where an object has this key; reads it, so only for small ones.

    Raises:
        StoreError: the object could not be read.
    """
    try:
        store.get(key)
    except NoSuchObject:
        return False
    return True


def check_key(key: str) -> None:
    """Rejects keys that some store can't hold or that lead out of a folder.

    Raises:
        BadKey: the key has the wrong form; the message says how.
    """
    if len(key) > MAX_KEY_BYTES:
        raise BadKey(f"a key of {len(key)} characters, at most {MAX_KEY_BYTES}")
    if not _NAMES.fullmatch(key):
        raise BadKey(f"key {key!r}, expected names of A-Z a-z 0-9 . _ - with single slashes between them")
    for name in key.split("/"):
        if name in (".", "..") or len(name) > MAX_NAME_BYTES:
            raise BadKey(
                f"key {key!r:.80} has the part {name!r:.40}, expected 1 to {MAX_NAME_BYTES} bytes, not . or .."
            )


def can_begin_a_key(prefix: str) -> bool:
    """True when a valid key can begin with `prefix`; a disk or server might read any other as a path."""
    if not prefix:
        return True
    folders = prefix.split("/")[:-1]
    return _NAMES.fullmatch(prefix + "x") is not None and not {".", ".."}.intersection(folders)
