"""A store to export, and readers of the files that an export writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from collector.contribution.layout import blocked_key, hidden_key, tombstone_key
from collector.exchange.export import export
from collector.exchange.exported_drawing import Selection
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import StoreError
from collector.storage.stored_drawing import StoredDrawing
from collector.symbols.symbol_set import DIGITS

ALL = Selection()


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def lines_of(folder: Path, split: str = "train") -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / f"{split}.ndjson").read_bytes().splitlines()]


def withdraw(store: MemoryStore, drawings: list[StoredDrawing]) -> None:
    """The first is deleted, the second hidden, the third by a blocked contributor."""
    store.put(tombstone_key(drawings[0].id), b"")
    store.put(hidden_key(drawings[1].id), b"{}")
    store.put(blocked_key(drawings[2].contributor), b"{}")


def all_lines(store: MemoryStore, tmp_path: Path) -> list[dict[str, object]]:
    export(store, DIGITS, tmp_path / "all", "ndjson", ALL)
    return lines_of(tmp_path / "all")


class Broken(MemoryStore):
    """Fails in the middle of reading."""

    reads = 0

    def get(self, key: str) -> bytes:
        self.reads += 1
        if self.reads > 6:
            raise StoreError("gone")
        return super().get(key)
