"""Deletes the samples of drawings that are in shards: models are trained on shards, which keep what they need of them.

By shard, not by age: the sample of a drawing that no shard has yet, or that a damaged shard alone has, stays.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

from collector.contribution.layout import SAMPLES, SHARDS, is_drawing_id
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import DIGITS, SymbolSet
from training.data.shards.compaction import live_and_left
from training.data.shards.files import ShardFiles
from training.data.shards.reader import Shards
from training.data.stored.stored_drawings import READERS

AT_ONCE = 10_000  # keys


@dataclass(frozen=True, slots=True)
class Retired:
    """Samples that were deleted, and those that stay because their drawing is in no shard."""

    deleted: int
    kept: int


def retire_samples(store: ObjectStore, files: ShardFiles, symbols: SymbolSet = DIGITS) -> Retired:
    """Deletes every sample of a drawing that an intact shard has; a trainer may work beside it.

    Raises:
        StoreError: the store failed; the next run deletes the rest.
    """
    done = _compacted(store, files, symbols)
    deleted = kept = 0
    keys = store.keys(SAMPLES)
    with ThreadPoolExecutor(READERS, "retire") as deleting:
        while part := list(islice(keys, AT_ONCE)):
            going = [key for key in part if _drawing_of(key) in done]
            list(deleting.map(store.delete, going))
            deleted, kept = deleted + len(going), kept + len(part) - len(going)
    return Retired(deleted, kept)


def _compacted(store: ObjectStore, files: ShardFiles, symbols: SymbolSet) -> set[bytes]:
    """The ids of the drawings in shards that can be read to their last byte."""
    shards, found = Shards(files, symbols=symbols), set[bytes]()
    shards.hold(live_and_left(store.keys(SHARDS))[0])
    for shard in shards.all:
        for _ in shards.tables(shard.key):
            continue
        if shards.is_intact(shard.key):
            found.update(bytes(name).ljust(16, b"\0") for name in shards.ids(shard.key))  # numpy drops zeros at the end
    return found


def _drawing_of(key: str) -> bytes | None:
    """The drawing of `samples/v1/<label>/<drawing>/<step>_<label>.png`; None of what is no sample."""
    parts = key.removeprefix(SAMPLES).split("/")
    return uuid.UUID(parts[1]).bytes if len(parts) == 3 and is_drawing_id(parts[1]) else None
