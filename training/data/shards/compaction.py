"""Compaction: what arrived becomes rows of shards, once; what was deleted leaves them. One put makes each step true.

A shard is put whole or not at all, and its arrivals are deleted after that. Its name tells which numbers it holds, so
that of two shards with the same drawings one is known to be left over, whatever moment compaction died at.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collector.contribution.layout import (
    ARRIVALS,
    SHARDS,
    NotInLayout,
    ShardName,
    is_drawing_id,
    parse_arrival,
    parse_shard_key,
)
from collector.storage.object_store import ObjectStore
from training.data.dataset import LabelledDrawing
from training.data.picture_reading import PictureReader
from training.data.shards.files import ShardFiles
from training.data.shards.reader import Shard, Shards
from training.data.shards.schema import SCHEMA, ids_of, numbered, to_table
from training.data.shards.writer import write_shard
from training.data.stored_drawings import READERS, Missing, StoredDrawings

BATCH = 256  # drawings that are read, and put as a shard, at once
SHARD_DRAWINGS = 2048  # at most, about 3 MB: what is written anew when one of them is deleted

log = logging.getLogger(__name__)


def live_and_left(keys: Iterable[str]) -> tuple[list[str], list[str]]:
    """Shards that hold, in the order of their numbers, and those that others have taken the place of.

    A shard that was merged lies within a larger one; of the same range, the one rewritten more often holds.
    """
    names: dict[ShardName, str] = {}
    for key in keys:
        try:
            names[parse_shard_key(key)] = key
        except NotInLayout:
            log.warning("%s is no shard and is left alone", key)
    live: list[str] = []
    left: list[str] = []
    covered = 0
    for name in sorted(names, key=lambda n: (n.first, -n.last, -n.rewritten, n.digest)):
        (live if name.first > covered else left).append(names[name])
        covered = max(covered, name.last)
    return live, left


class Compaction:
    """`run` is one look; `shards` is what there is to train from after it. One at a time for a store."""

    def __init__(self, store: ObjectStore, files: ShardFiles, processes: int = 1) -> None:
        """`processes` read pictures where many wait."""
        self.shards = Shards(files)
        self._store = store
        self._drawings = StoredDrawings(store)
        self._processes = processes
        self._is_listed = False  # whether `shards` is what the store has
        self._next = 1  # the number of the next drawing
        self._unreadable: set[str] = set()  # looked at again by the next process: a later release may know their form
        self._left_out: set[str] = set()  # deleted drawings that are in no shard any more

    def run(self) -> None:
        """Takes in all that arrived, and takes out all that was deleted.

        Raises:
            StoreError: the store could not go on; nothing is lost, the next look does the rest.
        """
        if not self._is_listed:
            self._list()
        self._is_listed = False  # whoever fails in between finds out by listing what came of it
        deleted = self._drawings.tombstones()
        if self._take_in(deleted):
            deleted = self._drawings.tombstones()
        self._take_out(deleted - self._left_out)
        self._is_listed = True

    def _list(self) -> None:
        live, left = live_and_left(self._store.keys(SHARDS))
        self._next = 1 + max((parse_shard_key(key).last for key in (*live, *left)), default=0)
        self.shards.hold([*live, *left])
        self._left_out.clear()
        for key in left:
            self._put_away(key)

    def _put_away(self, key: str) -> None:
        """Deletes a shard that is left over. What only it has is saved: two trainers at once may have put it there."""
        others = [shard.key for shard in self.shards.all if shard.key != key]
        tables = []
        deleted = _as_ids(self._drawings.tombstones())
        for table in self.shards.table(key):
            only_here = ~np.isin(ids_of(table), deleted)
            for other in others:
                only_here &= ~np.isin(ids_of(table), self.shards.ids(other))
            tables.append(table.filter(pa.array(only_here)))
        saved = pa.concat_tables([SCHEMA.empty_table(), *tables])
        if saved.num_rows:
            log.warning("%s overlaps another shard; %d drawings were in it alone", key, saved.num_rows)
            others.append(self._append(numbered(saved, self._next)))
        self.shards.hold(others)
        self._store.delete(key)

    def _take_in(self, deleted: Collection[str]) -> bool:
        """Whether anything came."""
        came = False
        with PictureReader(self._processes) as pictures:
            for arrivals in _batches(self._arrivals()):
                drawings = list(dict.fromkeys(drawing for _, drawing in arrivals))
                done = self._append_new(drawings, deleted, pictures)
                came = True
                # After the put: who dies before it finds the arrivals, and the drawings in a shard already.
                with ThreadPoolExecutor(READERS, "arrived") as deleting:
                    list(deleting.map(self._store.delete, [key for key, drawing in arrivals if drawing in done]))
        return came

    def _arrivals(self) -> Iterator[tuple[str, str]]:
        """Each arrival's key and drawing."""
        for key in self._store.keys(ARRIVALS):
            try:
                drawing = parse_arrival(key)[1]
            except NotInLayout:
                continue
            if drawing not in self._unreadable:
                yield key, drawing

    def _append_new(self, drawings: Sequence[str], deleted: Collection[str], pictures: PictureReader) -> set[str]:
        """Puts those that are in no shard yet into a new one; the drawings that are dealt with."""
        known = self._known(drawings)
        fresh = [drawing for drawing in drawings if drawing not in known and drawing not in deleted]
        found = dict(zip(fresh, self._drawings.read_each(fresh, pictures), strict=True))
        new = [labelled for labelled in found.values() if isinstance(labelled, LabelledDrawing)]
        if new:
            key = self._append(to_table(new, self._next))
            self.shards.hold([*(shard.key for shard in self.shards.all), key])
            self._merge_last()
        unreadable = {drawing for drawing, labelled in found.items() if labelled is Missing.UNREADABLE}
        self._unreadable |= unreadable
        return set(drawings) - unreadable

    def _known(self, drawings: Sequence[str]) -> set[str]:
        """Those that a shard holds: their arrival was put twice, or compaction died before it deleted it."""
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
        """Joins the last shards, so that there are few however small the steps in which drawings come.

        Each shard is joined by as many drawings as it has, so that one is written anew a dozen times and no more.
        """
        shards = list(self.shards.all)
        joined = [shards.pop()]
        rows = joined[0].rows
        while shards and shards[-1].rows <= rows and rows + shards[-1].rows <= SHARD_DRAWINGS:
            rows += shards[-1].rows
            joined.insert(0, shards.pop())
        if len(joined) > 1:
            name = ShardName(joined[0].name.first, joined[-1].name.last, 0, "")
            self._replace(joined, name, _NO_IDS)

    def _take_out(self, deleted: Collection[str]) -> None:
        """Writes the shards anew that hold any of these, without them."""
        ids = _as_ids(deleted)
        for shard in self.shards.all if len(ids) else ():
            if np.isin(self.shards.ids(shard.key), ids).any():
                self._replace([shard], replace(shard.name, rewritten=shard.name.rewritten + 1), ids)
        self._left_out.update(deleted)

    def _replace(self, shards: Sequence[Shard], name: ShardName, without: NDArray[np.bytes_]) -> None:
        """One shard in place of neighbours, without some drawings; the old ones are deleted once it is there."""
        tables = (table for shard in shards for table in self.shards.table(shard.key))
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
        tables = (table for shard in shards for table in self.shards.table(shard.key, ["drawing", "judging"]))
        return sum(int((np.isin(ids_of(table), among) & ~table.column("judging").to_numpy()).sum()) for table in tables)


_NO_IDS: NDArray[np.bytes_] = np.empty(0, "S16")


def _as_ids(drawings: Collection[str]) -> NDArray[np.bytes_]:
    return np.array([uuid.UUID(drawing).bytes for drawing in drawings if is_drawing_id(drawing)], "S16")


def _batches(arrivals: Iterator[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    while batch := list(islice(arrivals, BATCH)):
        yield batch
