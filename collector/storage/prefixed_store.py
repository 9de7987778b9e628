"""A part of another store: all keys below one prefix, under their names without it."""

from __future__ import annotations

from collections.abc import Iterator

from collector.storage.object_store import ObjectStore, check_key


class PrefixedStore:
    """Shows the keys of `store` that begin with `prefix/`. Safe wherever the store is."""

    def __init__(self, store: ObjectStore, prefix: str) -> None:
        """Raises:
        BadKey: no key can begin with this prefix.
        """
        check_key(prefix)
        self._store = store
        self._prefix = f"{prefix}/"

    def put(self, key: str, body: bytes) -> None:
        check_key(key)  # by itself: behind a prefix, an empty key or `../` would look like a part of a valid one
        self._store.put(self._prefix + key, body)

    def get(self, key: str) -> bytes:
        check_key(key)
        return self._store.get(self._prefix + key)

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        for key in self._store.keys(self._prefix + prefix, self._prefix + after if after else ""):
            yield key.removeprefix(self._prefix)

    def delete(self, key: str) -> None:
        check_key(key)
        self._store.delete(self._prefix + key)
