"""Shards as local files for memory mapping: the store's own if it is a folder, otherwise cached copies."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import weakref
from collections.abc import Collection
from pathlib import Path

from collector.contribution.layout import SHARDS
from collector.storage.folder_store import FolderStore
from collector.storage.object_store import ObjectStore

UNFINISHED = "~"


class ShardFiles:
    """Fetches each shard once: shards are immutable. Without a `cache`, copies are deleted with the process."""

    def __init__(self, store: ObjectStore, cache: Path | None = None) -> None:
        self._store = store
        self._cache = cache

    def path(self, key: str) -> Path:
        """The shard's local file, fetched if necessary.

        Raises:
            NoSuchObject: the shard is gone.
            StoreError: it could not be fetched.
        """
        if isinstance(self._store, FolderStore):
            return self._store.path(key)
        copy = self._folder() / key.removeprefix(SHARDS)
        if not copy.exists():
            self._fetch(key, copy)
        return copy

    def keep_only(self, keys: Collection[str]) -> None:
        """Removes the copies of other shards; processes that have one mapped can still read it."""
        if isinstance(self._store, FolderStore):
            return
        names = {key.removeprefix(SHARDS) for key in keys}
        folder = self._cache
        for path in folder.iterdir() if folder is not None and folder.is_dir() else ():
            if path.name not in names:
                path.unlink(missing_ok=True)

    def _fetch(self, key: str, copy: Path) -> None:
        body = self._store.get(key)
        copy.parent.mkdir(parents=True, exist_ok=True)
        unfinished = copy.parent / f"{UNFINISHED}{secrets.token_hex(8)}"
        with unfinished.open("xb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())  # otherwise a power cut may leave the name with half of the bytes
        unfinished.replace(copy)

    def _folder(self) -> Path:
        if self._cache is None:
            self._cache = Path(tempfile.mkdtemp(prefix="midstroke-shards-"))
            weakref.finalize(self, shutil.rmtree, self._cache, ignore_errors=True)
        return self._cache
