"""Selects drawings from shards: new ones, a random sample, validation drawings. Reads one row group at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from collector.moderation.moderation import Moderation
from collector.symbols.symbol_set import DIGITS, SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.files import ShardFiles
from training.data.shards.footer import Group, Shard
from training.data.shards.group_reader import GroupReader, ShardRow, numbers_of
from training.data.shards.schema import GROUP_DRAWINGS, SAMPLES, SCHEMA
from training.data.stored.damaged import DamagedObjects

WITHOUT_SAMPLES = [name for name in SCHEMA.names if name not in SAMPLES]


class Shards:
    """The current shards, in the order of their numbers."""

    def __init__(self, files: ShardFiles, damaged: DamagedObjects | None = None, symbols: SymbolSet = DIGITS) -> None:
        """The shards of the set `symbols`."""
        self._files = files
        self._reader = GroupReader(files, DamagedObjects() if damaged is None else damaged, symbols)
        self._shards: dict[str, Shard] = {}

    def hold(self, keys: Sequence[str]) -> None:
        """Sets the current shards, in this order, without damaged ones.

        Raises:
            StoreError: one could not be fetched.
        """
        shards = ((key, self._shards.get(key) or self._reader.open(key)) for key in keys)
        self._shards = {key: shard for key, shard in shards if shard is not None}
        self._files.keep_only(keys)

    def moderate(self, moderation: Moderation) -> None:
        """From now on, leaves out what operators hid or blocked, and gives drawings the labels of operators.

        Rows stay in their shards, so that a decision can be taken back.
        """
        self._reader.moderation = moderation

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

    def is_intact(self, key: str) -> bool:
        """False once a group of the shard could not be read."""
        return self._reader.is_intact(key)

    def ids(self, key: str) -> NDArray[np.bytes_]:
        """The drawings' ids in the order of the rows; see `ids_of`."""
        return self._reader.ids(self._shards[key])

    def tables(self, key: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """The shard's groups, without damaged ones."""
        return self._reader.tables(self._shards[key], columns)

    def since(self, number: int, limit: int, *, validation: bool = False) -> list[ShardRow]:
        """The first `limit` drawings of one use from `number` on."""
        rows: list[ShardRow] = []
        for shard in self.all:
            if len(rows) >= limit:
                break
            for group in shard.groups:
                if group.validation == validation and group.last >= number:
                    rows += [row for row in self._reader.rows(shard, group) if row.number >= number]
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
        groups = [group for group in self._groups(validation=False) if not self._reader.is_damaged(group)]
        rows = np.array([group.rows for group in groups], np.float64)
        if not groups:
            return []
        most = min(len(groups), -(-4 * count // GROUP_DRAWINGS))  # more than needed: neighbours share a contributor
        chosen = rng.choice(len(groups), most, replace=False, p=rows / rows.sum())
        share = count / max(rows[chosen].sum(), 1)
        excluded = np.array([row.number for row in exclude], np.int64)

        found: list[LabelledDrawing] = []
        for place in sorted(chosen):
            numbers = self._reader.numbers(groups[place])
            wanted = numbers[(rng.random(len(numbers)) < share) & ~np.isin(numbers, excluded)]
            found += self._drawings(groups[place], wanted)
        return found

    def newest_validation(self, limit: int) -> list[LabelledDrawing]:
        """The newest validation drawings, oldest first, without their samples: validation needs only strokes."""
        groups: list[Group] = []
        for group in reversed(list(self._groups(validation=True))):
            if sum(each.rows for each in groups) < limit:
                groups.append(group)
        tables = [(group, self._reader.table(group, WITHOUT_SAMPLES)) for group in groups]
        numbered = [(group, table) for group, table in tables if table is not None]
        if not numbered:
            return []
        table = pa.concat_tables([table for _, table in numbered]).sort_by("number")
        return self._reader.drawings(numbered[-1][0].shard, table.slice(max(0, table.num_rows - limit)))

    def drawings(self) -> Iterator[LabelledDrawing]:
        """Yields every drawing with its samples; holds one group in memory."""
        for shard in self.all:
            for table in self._reader.tables(shard):
                yield from self._reader.drawings(shard.key, table)

    def drawings_without_samples(self) -> Iterator[LabelledDrawing]:
        """Yields every drawing without its samples; holds one group in memory."""
        for shard in self.all:
            for table in self._reader.tables(shard, WITHOUT_SAMPLES):
                yield from self._reader.drawings(shard.key, table)

    def _groups(self, *, validation: bool) -> Iterator[Group]:
        for shard in self.all:
            yield from (group for group in shard.groups if group.validation == validation)

    def _drawings(self, group: Group, numbers: NDArray[np.int64]) -> list[LabelledDrawing]:
        """The group's drawings with these numbers, in the order of the numbers."""
        table = self._reader.table(group)
        if table is None:
            return []
        return self._reader.drawings(
            group.shard, table.filter(pa.array(np.isin(numbers_of(table), numbers))).sort_by("number")
        )
