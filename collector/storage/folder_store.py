"""Objects as files of a folder, each written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from collector.storage.object_store import NAME, NoSuchObject, StoreError, can_begin_a_key, check_key

NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF, errno.EPERM, errno.EACCES}
UNFINISHED = "~"  # starts the name of a file being written; no key contains it, so that such a file is never listed
UNFINISHED_SECONDS = 3600.0  # a put takes far less; an older file has no writer any more


class FolderStore:
    """Stores `a/b/c.png` as the file of that path under the root; each write is atomic.

    Safe for many threads and processes at once. It can't hold both `a` and `a/b`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, key: str, body: bytes) -> None:
        path = self._path(key)
        # In the same folder: a rename is atomic within one file system only.
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
            # A folder is no object; systems differ in the error for unlinking one.
            if not path.is_dir():
                raise StoreError(f"{key!r} was not deleted from {self._root}: {error}") from error

    def sweep(self, older_seconds: float = UNFINISHED_SECONDS) -> int:
        """Removes files that killed processes left unfinished; returns their number.

        Only those older than `older_seconds`: another process may be in the middle of a put.
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
        """The path of the object's file, which need not exist; for memory maps, which the contract doesn't offer.

        Raises:
            BadKey: the key has the wrong form.
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
        """Paths of a folder's files and, with a trailing slash, its folders: in this order their keys are sorted."""
        try:
            with os.scandir(self._root / folder) as entries:
                return sorted(
                    folder + entry.name + ("/" if entry.is_dir(follow_symlinks=False) else "")
                    for entry in entries
                    if NAME.fullmatch(entry.name)
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
    """Makes the file's name durable too: after a power cut the bytes may otherwise have no name."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
