"""The four calls that storage promises, and the two stores that need no server: memory and a folder."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

MAX_KEY_BYTES = 1024  # S3's own limit
MAX_NAME_BYTES = 255  # of one part: what a folder's file may be called

UNFINISHED = "~"  # begins the name of a file being written; no key has it, so that none is ever listed or read
UNFINISHED_SECONDS = 3600.0  # a put takes far less; a file that is older has nobody who writes it

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_NAMES = re.compile(rf"{_NAME.pattern}(/{_NAME.pattern})*")


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


class MemoryStore:
    """Objects in a dict, gone with the process; for tests and trials."""

    def __init__(self) -> None:
        self._objects: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, key: str, body: bytes) -> None:
        check_key(key)
        with self._lock:
            self._objects[key] = bytes(body)

    def get(self, key: str) -> bytes:
        check_key(key)
        with self._lock:
            body = self._objects.get(key)
        if body is None:
            raise NoSuchObject(f"no object {key!r} in memory")
        return body

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        with self._lock:
            found = [key for key in self._objects if key.startswith(prefix) and key > after]
        yield from sorted(found)

    def delete(self, key: str) -> None:
        check_key(key)
        with self._lock:
            self._objects.pop(key, None)


class FolderStore:
    """Objects as files: `a/b/c.png` is the file of that path under the root, written whole or not at all.

    Safe for many threads and processes at once. It can't hold both `a` and `a/b`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, body: bytes) -> None:
        path = self._path(key)
        # Beside its place: a rename is atomic within one file system only.
        unfinished = path.parent / f"{UNFINISHED}{secrets.token_hex(8)}"
        try:
            _make_folders(path.parent)
            try:
                _write_through(unfinished, body)
                unfinished.replace(path)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            _sync_folder(path.parent)
        except OSError as error:
            raise StoreError(f"{key!r} was not put into {self._root}: {error}") from error

    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise NoSuchObject(f"no object {key!r} in {self._root}") from error
        except OSError as error:
            raise StoreError(f"{key!r} was not read from {self._root}: {error}") from error

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        if can_begin_a_key(prefix):
            yield from self._walk(prefix[: prefix.rfind("/") + 1], prefix, after)

    def delete(self, key: str) -> None:
        path = self._path(key)
        try:
            path.unlink()
            _sync_folder(path.parent)
        except (FileNotFoundError, NotADirectoryError):
            return
        except OSError as error:
            # A folder of that name is no object; systems differ in the error that they give for it.
            if not path.is_dir():
                raise StoreError(f"{key!r} was not deleted from {self._root}: {error}") from error

    def sweep(self, older_seconds: float = UNFINISHED_SECONDS) -> int:
        """Removes what puts left unfinished when their process was killed; returns how many files that were.

        Only those that nothing has written to for so long: another process may be in the middle of a put.
        """
        before = time.time() - older_seconds
        swept = 0
        for path in self._root.rglob(f"{UNFINISHED}*"):
            # Another process may sweep too, or finish its put.
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < before:
                    path.unlink()
                    swept += 1
        return swept

    def path(self, key: str) -> Path:
        """Where the object's file is, or would be; for reading by memory map, which the four calls don't offer.

        Raises:
            BadKey: no store takes this key.
        """
        return self._path(key)

    def _path(self, key: str) -> Path:
        check_key(key)
        return self._root / key

    def _walk(self, folder: str, prefix: str, after: str) -> Iterator[str]:
        """The keys under `folder`, which is empty or ends in a slash; one folder's names are in memory at a time."""
        for path in self._entries(folder):
            if not (path.startswith(prefix) or prefix.startswith(path)):
                continue
            if not path.endswith("/"):
                if path.startswith(prefix) and path > after:
                    yield path
            elif path > after or after.startswith(path):
                yield from self._walk(path, prefix, after)

    def _entries(self, folder: str) -> list[str]:
        """Paths of a folder's files and, ending in a slash, of its folders: sorted so, their keys come in order."""
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(
                    folder + entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")
                    for entry in entries
                    if _NAME.fullmatch(entry.name)
                )
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise StoreError(f"{folder!r} was not listed in {self._root}: {error}") from error


def _make_folders(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _write_through(path: Path, body: bytes) -> None:
    with path.open("xb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Without this, a power cut may forget the file's name though it kept its bytes."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
