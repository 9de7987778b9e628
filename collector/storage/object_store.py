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
    """The store could not do what was asked; trying again later may help."""


class NoSuchObject(StoreError):
    """There is no object under this key."""


class BadKey(StoreError):
    """This is no key that every store can hold."""


class ObjectStore(Protocol):
    """Bytes under keys. Keys are `/`-separated names of `A-Z a-z 0-9 . _ -`, no part empty, `.` or `..`."""

    def put(self, key: str, body: bytes) -> None:
        """Stores `body` whole under `key`, in place of what was there; a reader sees the old or the new, never a part.

        Raises:
            BadKey: no store takes this key.
            StoreError: it is not known to be stored.
        """

    def get(self, key: str) -> bytes:
        """The object's bytes.

        Raises:
            BadKey: no store takes this key.
            NoSuchObject: there is none.
            StoreError: it could not be read.
        """

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        """Keys that begin with `prefix` and sort after `after`, in code point order.

        Raises:
            StoreError: while it is read, the store could not go on.
        """

    def delete(self, key: str) -> None:
        """Removes the object; removing what is not there is no error.

        Raises:
            BadKey: no store takes this key.
            StoreError: it is not known to be gone.
        """


def check_key(key: str) -> None:
    """Refuses what some store could not hold, or what would lead out of a folder.

    Raises:
        BadKey: the key's form is wrong; the message says how.
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
    """Whether any key begins so. What can't is never asked of a disk or a server, which might take it for a path."""
    if not prefix:
        return True
    folders = prefix.split("/")[:-1]
    return _NAMES.fullmatch(prefix + "x") is not None and not {".", ".."}.intersection(folders)
