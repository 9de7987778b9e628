"""An object store in memory, for tests and trials."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from collector.storage.object_store import NoSuchObject, check_key


class MemoryStore:
    """Objects in a dict; they are lost with the process."""

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
