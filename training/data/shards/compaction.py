"""Compaction: moves arrived drawings into shards, each once, and deleted drawings out of them.

Every step takes effect by one put. A shard is stored whole or not at all, and its arrivals are deleted after that. Its
name tells its range of numbers: of two shards with the same drawings, one is known to be left over from a compaction
that died. A damaged drawing, shard or row group is recorded and left where it is; the others are compacted.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collector.contribution.layout import (
    SHARDS,
    NotInLayout,
    ShardName,
    drawing_key,
    is_drawing_id,
    parse_shard_key,
)
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import DIGITS, SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.files import ShardFiles
from training.data.shards.footer import Shard
from training.data.shards.group_reader import damaged_row
from training.data.shards.reader import Shards
from training.data.shards.schema import SCHEMA, ids_of, numbered, to_table
from training.data.shards.writer import write_shard
from training.data.stored.damaged import DamagedObjects
from training.data.stored.picture_reading import PictureReader
from training.data.stored.stored_drawings import READERS, Missing, StoredDrawings, Unavailable

BATCH = 256  # drawings that are read and stored as a shard at once
SHARD_DRAWINGS = 2048  # at most, about 3 MB: rewritten when one of them is deleted

log = logging.getLogger(__name__)


def live_and_left(keys: Iterable[str]) -> tuple[list[str], list[str]]:
    """The live shards in the order of their numbers, and those left over after a merge or a rewrite.

    A merged shard lies within a larger one; of the same range, the one rewritten more often is live.
    """
    names: dict[ShardName, str] = {}
    for key in keys:
        try:
            names[parse_shard_key(key)] = key
        except NotInLayout:
            log.warning("%s is not a shard and is ignored", key)
    live: list[str] = []
    left: list[str] = []
    covered = 0
    for name in sorted(names, key=lambda n: (n.first, -n.last, -n.rewritten, n.digest)):
        (live if name.first > covered else left).append(names[name])
        covered = max(covered, name.last)
    return live, left


class Compaction:
    """`run` compacts once; `shards` are the result. Only one compaction may work on a store at a time."""

    def __init__(
        self,
        store: ObjectStore,
        files: ShardFiles,
        processes: int = 1,
        damaged: DamagedObjects | None = None,
        symbols: SymbolSet = DIGITS,
    ) -> None:
        """`processes` decode samples when many drawings wait; `damaged` is the record, by default the store's."""
        self.damaged = DamagedObjects(store) if damaged is None else damaged
        self.shards = Shards(files, self.damaged, symbols)
        self._store = store
        self._drawings = StoredDrawings(store, self.damaged, symbols)
        self._processes = processes
        self._is_listed = False  # whether `shards` are those in the store
        self._next = 1  # the number of the next drawing
        self._set_aside: set[str] = set()  # damaged drawings, which the next process reads again
        self._removed: set[str] = set()  # deleted drawings that are in no shard any more

    @property
    def last(self) -> int:
        """The highest number ever given to a drawing, in damaged shards too; 0 before the first."""
        return self._next - 1

    def run(self) -> None:
        """Moves all arrivals into shards, and all deleted drawings out of them.

        Raises:
            StoreError: the store failed; nothing is lost, and the next run does the rest.
        """
        self.damaged.load()
        if not self._is_listed:
            self._list()
        self._is_listed = False  # after a failure, the next run lists what came of it
        deleted = self._drawings.tombstones()
        if self._take_in(deleted):
            deleted = self._drawings.tombstones()
        self._take_out(deleted - self._removed)
        self.damaged.save()
        self._is_listed = True

    def _list(self) -> None:
        live, left = live_and_left(self._store.keys(SHARDS))
        self._next = 1 + max((parse_shard_key(key).last for key in (*live, *left)), default=0)
        self.shards.hold([*live, *left])
        self._removed.clear()
        for key in left:
            self._put_away(key)

    def _put_away(self, key: str) -> None:
        """Deletes a left-over shard; first saves drawings that it alone holds, which two trainers at once can cause."""
        others = [shard.key for shard in self.shards.all if shard.key != key]
        tables = []
        deleted = _as_ids(self._drawings.tombstones())
        for table in self.shards.tables(key):
            only_here = ~np.isin(ids_of(table), deleted)
            for other in others:
                only_here &= ~np.isin(ids_of(table), self.shards.ids(other))
            tables.append(table.filter(pa.array(only_here)))
        saved = pa.concat_tables([SCHEMA.empty_table(), *tables])
        if saved.num_rows:
            log.warning("%s overlaps another shard; saving %d drawings that it alone holds", key, saved.num_rows)
            others.append(self._append(numbered(saved, self._next)))
        self.shards.hold(others)
        self._store.delete(key)

    def _take_in(self, deleted: Collection[str]) -> bool:
        """True when there were arrivals."""
        came = False
        with PictureReader(self._processes) as pictures:
            for arrivals in _batches(self._arrivals(deleted)):
                drawings = list(dict.fromkeys(drawing for _, drawing in arrivals))
                done = self._append_new(drawings, deleted, pictures)
                came = True
                # After the put: a compaction that dies before it finds the arrivals again, and the drawings in a shard.
                with ThreadPoolExecutor(READERS, "arrived") as deleting:
                    list(deleting.map(self._store.delete, [key for key, drawing in arrivals if drawing in done]))
        return came

    def _arrivals(self, deleted: Collection[str]) -> Iterator[tuple[str, str]]:
        """Each arrival's key and drawing, without those set aside."""
        for key, arrival in self._drawings.arrival_keys():
            if arrival.drawing not in self._set_aside or arrival.drawing in deleted:
                yield key, arrival.drawing

    def _append_new(self, drawings: Sequence[str], deleted: Collection[str], pictures: PictureReader) -> set[str]:
        """Stores those that are in no shard yet as a new one; returns the drawings whose arrivals may go."""
        known = self._known(drawings)
        fresh = [drawing for drawing in drawings if drawing not in known and drawing not in deleted]
        found = dict(zip(fresh, self._drawings.read_each(fresh, pictures), strict=True))
        new = [labelled for labelled in found.values() if isinstance(labelled, LabelledDrawing)]
        if new:
            key = self._append(to_table(new, self._next))
            self.shards.hold([*(shard.key for shard in self.shards.all), key])
            self._merge_last()
        set_aside = {drawing for drawing, labelled in found.items() if labelled is Missing.DAMAGED}
        self._set_aside |= set_aside
        return set(drawings) - set_aside - self._unavailable(found)

    def _unavailable(self, found: Mapping[str, LabelledDrawing | Missing | Unavailable]) -> set[str]:
        """The drawings that the store failed to read; the next run tries them again.

        Raises:
            StoreError: it failed to read all of them: then the store is gone, not an object.
        """
        errors = {drawing: each.error for drawing, each in found.items() if isinstance(each, Unavailable)}
        if errors and len(errors) == len(found) > 1:
            raise next(iter(errors.values()))
        for drawing, error in errors.items():
            self.damaged.add(drawing_key(drawing), error)
        return set(errors)

    def _known(self, drawings: Sequence[str]) -> set[str]:
        """Those that are in a shard: their arrival was put twice, or compaction died before it deleted it."""
        ids = _as_ids(drawings)
        known = np.zeros(len(ids), np.bool_)
        for shard in self.shards.all:
            known |= np.isin(ids, self.shards.ids(shard.key))
        return {drawing for drawing, is_known in zip(drawings, known, strict=True) if is_known}

    def _append(self, table: pa.Table) -> str:
        last = self._next + table.num_rows - 1
        key, body = write_shard([table], self._next, last)
        self._store.put(key, body)
        self._next = last + 1
        return key

    def _merge_last(self) -> None:
        """Merges the last shards, so that they stay few however small the steps in which drawings arrive.

        A shard merges with as many drawings as it has, so that each drawing is rewritten a dozen times at most.
        """
        shards = list(self.shards.all)
        joined = [shards.pop()]
        rows = joined[0].rows
        while shards and shards[-1].rows <= rows and rows + shards[-1].rows <= SHARD_DRAWINGS:
            if not self._can_move(shards[-1]):
                break
            rows += shards[-1].rows
            joined.insert(0, shards.pop())
        if len(joined) > 1:
            name = ShardName(joined[0].name.first, joined[-1].name.last, 0, "")
            self._replace(joined, name, _NO_IDS)

    def _can_move(self, shard: Shard) -> bool:
        """False for a shard with a damaged group: merging would lose it for good."""
        for _ in self.shards.tables(shard.key):
            continue
        return self.shards.is_intact(shard.key)

    def _take_out(self, deleted: Collection[str]) -> None:
        """Rewrites the shards that hold any of these, without them.

        A rewrite also drops damaged groups: they may hold a deleted drawing, and nobody can read them.
        """
        for drawing in deleted:
            self.damaged.resolve(drawing_key(drawing))
            self.damaged.resolve(damaged_row(drawing))
        ids = _as_ids(deleted)
        for shard in self.shards.all if len(ids) else ():
            if np.isin(self.shards.ids(shard.key), ids).any():
                self._replace([shard], replace(shard.name, rewritten=shard.name.rewritten + 1), ids)
        self._removed.update(deleted)

    def _replace(self, shards: Sequence[Shard], name: ShardName, without: NDArray[np.bytes_]) -> None:
        """Replaces neighbouring shards by one without some drawings; deletes the old ones once it is stored."""
        tables = (table for shard in shards for table in self.shards.tables(shard.key))
        withdrawn = sum(shard.withdrawn for shard in shards) + self._count_training(shards, without)
        kept = (table.filter(pa.array(~np.isin(ids_of(table), without))) for table in tables)
        key, body = write_shard(kept, name.first, name.last, name.rewritten, withdrawn)
        self._store.put(key, body)
        old = [shard.key for shard in shards]
        others = [shard.key for shard in self.shards.all if shard.key not in old]
        self.shards.hold(sorted([*others, key]))
        for each in old:
            self._store.delete(each)

    def _count_training(self, shards: Sequence[Shard], among: NDArray[np.bytes_]) -> int:
        if not len(among):
            return 0
        tables = (table for shard in shards for table in self.shards.tables(shard.key, ["drawing", "judging"]))
        return sum(int((np.isin(ids_of(table), among) & ~table.column("judging").to_numpy()).sum()) for table in tables)


_NO_IDS: NDArray[np.bytes_] = np.empty(0, "S16")


def _as_ids(drawings: Collection[str]) -> NDArray[np.bytes_]:
    return np.array([uuid.UUID(drawing).bytes for drawing in drawings if is_drawing_id(drawing)], "S16")


def _batches(arrivals: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    while batch := list(islice(arrivals, BATCH)):
        yield batch
