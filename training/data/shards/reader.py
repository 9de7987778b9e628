"""Reads drawings from shards: the new ones, a random sample, the validation drawings. A few row groups at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from collector.contribution.layout import ShardName, parse_shard_key
from collector.storage.object_store import StoreError
from training.data.dataset import LabelledDrawing
from training.data.shards.files import ShardFiles
from training.data.shards.schema import GROUP_DRAWINGS, SAMPLES, SCHEMA, WITHDRAWN, from_table, ids_of

WITHOUT_SAMPLES = [name for name in SCHEMA.names if name not in SAMPLES]


class BadShard(StoreError):
    """A shard that can't be read."""


@dataclass(frozen=True, slots=True)
class Group:
    """A row group of a shard: drawings of one use. `first` and `last` are the numbers of its drawings."""

    shard: str
    index: int
    rows: int
    validation: bool
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Shard:
    """The contents of a shard's footer."""

    key: str
    name: ShardName
    groups: tuple[Group, ...]
    withdrawn: int  # deleted training drawings that it, or a shard merged into it, held

    @property
    def rows(self) -> int:
        return sum(group.rows for group in self.groups)


@dataclass(frozen=True, slots=True)
class ShardRow:
    """The columns of a drawing that selection needs."""

    number: int
    drawing: str
    contributor: str


class Shards:
    """The current shards, in the order of their numbers."""

    def __init__(self, files: ShardFiles) -> None:
        self._files = files
        self._shards: dict[str, Shard] = {}

    def hold(self, keys: Sequence[str]) -> None:
        """Sets the current shards, in this order.

        Raises:
            BadShard: one can't be read.
            StoreError: one could not be fetched.
        """
        self._shards = {key: self._shards.get(key) or self._opened(key) for key in keys}
        self._files.keep_only(keys)

    @property
    def all(self) -> tuple[Shard, ...]:
        return tuple(self._shards.values())

    @property
    def last(self) -> int:
        """The highest number ever given to a drawing; 0 before the first."""
        return max((shard.name.last for shard in self.all), default=0)

    @property
    def withdrawn(self) -> int:
        """The number of training drawings that were deleted out of shards."""
        return sum(shard.withdrawn for shard in self.all)

    def count(self, *, validation: bool) -> int:
        return sum(group.rows for group in self._groups(validation=validation))

    def ids(self, key: str) -> NDArray[np.bytes_]:
        """The drawings' ids in the order of the rows; see `ids_of`."""
        return ids_of(self._read(key, None, ["drawing"]))

    def table(self, key: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yields the shard's rows, one group at a time."""
        for group in self._shards[key].groups:
            yield self._read(key, [group.index], columns)

    def since(self, number: int, limit: int, *, validation: bool = False) -> list[ShardRow]:
        """The first `limit` drawings of one use from `number` on."""
        rows: list[ShardRow] = []
        for shard in self.all:
            groups = [g.index for g in shard.groups if g.validation == validation and g.last >= number]
            if groups and len(rows) < limit:
                rows += [row for row in self._rows(shard.key, groups) if row.number >= number]
        return sorted(rows, key=lambda row: row.number)[:limit]

    def read(self, wanted: Iterable[ShardRow]) -> list[LabelledDrawing]:
        """The wanted drawings with their samples, in the order of their numbers."""
        numbers = np.array(sorted(each.number for each in wanted))
        found: list[LabelledDrawing] = []
        for shard in self.all:
            in_range = numbers[(numbers >= shard.name.first) & (numbers <= shard.name.last)]
            groups = [g for g in shard.groups if ((in_range >= g.first) & (in_range <= g.last)).any()]
            for group in groups:
                found += self._drawings(group, numbers)
        return found

    def sample(self, count: int, rng: np.random.Generator, exclude: Iterable[ShardRow] = ()) -> list[LabelledDrawing]:
        """About `count` random training drawings with their samples, out of a few groups sampled by size."""
        groups = list(self._groups(validation=False))
        rows = np.array([group.rows for group in groups], np.float64)
        if not groups:
            return []
        most = min(len(groups), -(-4 * count // GROUP_DRAWINGS))  # more than needed: neighbours share a contributor
        chosen = rng.choice(len(groups), most, replace=False, p=rows / rows.sum())
        share = count / max(rows[chosen].sum(), 1)
        excluded = np.array([row.number for row in exclude], np.int64)

        found: list[LabelledDrawing] = []
        for place in sorted(chosen):
            numbers = _numbers(self._read(groups[place].shard, [groups[place].index], ["number"]))
            wanted = numbers[(rng.random(len(numbers)) < share) & ~np.isin(numbers, excluded)]
            found += self._drawings(groups[place], wanted)
        return found

    def newest_validation(self, limit: int) -> list[LabelledDrawing]:
        """The newest validation drawings, oldest first, without their samples: validation needs only strokes."""
        groups: list[Group] = []
        for group in reversed(list(self._groups(validation=True))):
            if sum(each.rows for each in groups) < limit:
                groups.append(group)
        tables = [self._read(group.shard, [group.index], WITHOUT_SAMPLES) for group in groups]
        if not tables:
            return []
        table = pa.concat_tables(tables).sort_by("number")
        return from_table(table.slice(max(0, table.num_rows - limit)))

    def drawings(self) -> Iterator[LabelledDrawing]:
        """Yields every drawing with its samples; holds one group in memory."""
        for shard in self.all:
            for group in shard.groups:
                yield from from_table(self._read(shard.key, [group.index]))

    def _groups(self, *, validation: bool) -> Iterator[Group]:
        for shard in self.all:
            yield from (group for group in shard.groups if group.validation == validation)

    def _drawings(self, group: Group, numbers: NDArray[np.int64]) -> list[LabelledDrawing]:
        """The group's drawings with these numbers, in the order of the numbers."""
        table = self._read(group.shard, [group.index])
        return from_table(table.filter(pa.array(np.isin(_numbers(table), numbers))).sort_by("number"))

    def _rows(self, key: str, groups: list[int]) -> list[ShardRow]:
        table = self._read(key, groups, ["number", "drawing", "contributor"])
        columns = (table.column(name).to_pylist() for name in table.column_names)
        return [
            ShardRow(number, str(uuid.UUID(bytes=drawing)), who) for number, drawing, who in zip(*columns, strict=True)
        ]

    def _opened(self, key: str) -> Shard:
        name = parse_shard_key(key)
        with self._file(key) as file:
            metadata = file.metadata
            groups = tuple(_group(key, metadata.row_group(i), i) for i in range(metadata.num_row_groups))
            withdrawn = int((metadata.metadata or {}).get(WITHDRAWN, b"0"))
        return Shard(key, name, tuple(group for group in groups if group.rows), withdrawn)

    def _read(self, key: str, groups: list[int] | None, columns: list[str] | None = None) -> pa.Table:
        with self._file(key) as file:
            try:
                every = list(range(file.num_row_groups)) if groups is None else groups
                return file.read_row_groups(every, columns, use_threads=False)
            except (pa.ArrowException, OSError) as error:
                raise BadShard(f"{key} can't be read: {error}") from error

    def _file(self, key: str) -> pq.ParquetFile:
        try:
            return pq.ParquetFile(self._files.path(key), memory_map=True)
        except (pa.ArrowException, OSError) as error:
            raise BadShard(f"{key} can't be read: {error}") from error


def _numbers(table: pa.Table) -> NDArray[np.int64]:
    return np.asarray(table.column("number").to_numpy(), np.int64)


def _group(key: str, metadata: pq.RowGroupMetaData, index: int) -> Group:
    number, validation = (metadata.column(SCHEMA.get_field_index(name)).statistics for name in ("number", "judging"))
    return Group(key, index, metadata.num_rows, bool(validation.max), int(number.min), int(number.max))
