"""Reads drawings from shards: the new ones, a random sample, the validation drawings. One row group at a time.

A shard, a group or a row that is damaged is recorded and left out; the others are read.
"""

from __future__ import annotations

import errno
import logging
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from collector.contribution.layout import SHARDS
from collector.moderation.moderation import NO_MODERATION, Moderation
from collector.storage.object_store import NoSuchObject, StoreError
from collector.symbols.symbol_set import DIGITS, SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.files import ShardFiles
from training.data.shards.footer import Group, Shard, parse_footer
from training.data.shards.schema import GROUP_DRAWINGS, SAMPLES, SCHEMA, from_table, ids_of
from training.data.stored.checks import check_drawing, labels_of
from training.data.stored.damaged import DamagedObjects
from training.data.stored.moderated import moderated

log = logging.getLogger(__name__)

WITHOUT_SAMPLES = [name for name in SCHEMA.names if name not in SAMPLES]


@dataclass(frozen=True, slots=True)
class ShardRow:
    """The columns of a drawing that selection needs."""

    number: int
    drawing: str
    contributor: str


class Shards:
    """The current shards, in the order of their numbers."""

    def __init__(self, files: ShardFiles, damaged: DamagedObjects | None = None, symbols: SymbolSet = DIGITS) -> None:
        """The shards of the set `symbols`."""
        self._files = files
        self._labels = labels_of(symbols)
        self._damaged = DamagedObjects() if damaged is None else damaged
        self._moderation = NO_MODERATION
        self._shards: dict[str, Shard] = {}
        self._damaged_groups: set[Group] = set()

    def hold(self, keys: Sequence[str]) -> None:
        """Sets the current shards, in this order, without damaged ones.

        Raises:
            StoreError: one could not be fetched.
        """
        shards = ((key, self._shards.get(key) or self._open(key)) for key in keys)
        self._shards = {key: shard for key, shard in shards if shard is not None}
        self._files.keep_only(keys)

    def moderate(self, moderation: Moderation) -> None:
        """From now on, leaves out what operators hid or blocked, and gives drawings the labels of operators.

        Rows stay in their shards, so that a decision can be taken back.
        """
        self._moderation = moderation

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
        return not any(group.shard == key for group in self._damaged_groups)

    def ids(self, key: str) -> NDArray[np.bytes_]:
        """The drawings' ids in the order of the rows; see `ids_of`."""
        if self.is_intact(key):
            groups = [group.index for group in self._shards[key].groups]
            try:
                with self._file(key) as file:
                    return ids_of(file.read_row_groups(groups, ["drawing"], use_threads=False))
            except StoreError:
                raise
            except Exception:  # then group by group, to find the damaged ones
                log.debug("%s is not read at once", key, exc_info=True)
        return np.concatenate([_NO_IDS, *(ids_of(table) for table in self.tables(key, ["drawing"]))])

    def tables(self, key: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yields the shard's groups, without damaged ones."""
        for group in self._shards[key].groups:
            table = self._read(group, columns)
            if table is not None:
                yield table

    def since(self, number: int, limit: int, *, validation: bool = False) -> list[ShardRow]:
        """The first `limit` drawings of one use from `number` on."""
        rows: list[ShardRow] = []
        for shard in self.all:
            if len(rows) >= limit:
                break
            for group in shard.groups:
                if group.validation == validation and group.last >= number:
                    rows += [row for row in self._rows(shard, group) if row.number >= number]
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
        groups = [group for group in self._groups(validation=False) if group not in self._damaged_groups]
        rows = np.array([group.rows for group in groups], np.float64)
        if not groups:
            return []
        most = min(len(groups), -(-4 * count // GROUP_DRAWINGS))  # more than needed: neighbours share a contributor
        chosen = rng.choice(len(groups), most, replace=False, p=rows / rows.sum())
        share = count / max(rows[chosen].sum(), 1)
        excluded = np.array([row.number for row in exclude], np.int64)

        found: list[LabelledDrawing] = []
        for place in sorted(chosen):
            numbers = self._numbers(groups[place])
            wanted = numbers[(rng.random(len(numbers)) < share) & ~np.isin(numbers, excluded)]
            found += self._drawings(groups[place], wanted)
        return found

    def newest_validation(self, limit: int) -> list[LabelledDrawing]:
        """The newest validation drawings, oldest first, without their samples: validation needs only strokes."""
        groups: list[Group] = []
        for group in reversed(list(self._groups(validation=True))):
            if sum(each.rows for each in groups) < limit:
                groups.append(group)
        tables = [(group, self._read(group, WITHOUT_SAMPLES)) for group in groups]
        numbered = [(group, table) for group, table in tables if table is not None]
        if not numbered:
            return []
        table = pa.concat_tables([table for _, table in numbered]).sort_by("number")
        return self._converted(numbered[-1][0].shard, table.slice(max(0, table.num_rows - limit)))

    def drawings(self) -> Iterator[LabelledDrawing]:
        """Yields every drawing with its samples; holds one group in memory."""
        for shard in self.all:
            for table in self.tables(shard.key):
                yield from self._converted(shard.key, table)

    def drawings_without_samples(self) -> Iterator[LabelledDrawing]:
        """Yields every drawing without its samples; holds one group in memory."""
        for shard in self.all:
            for table in self.tables(shard.key, WITHOUT_SAMPLES):
                yield from self._converted(shard.key, table)

    def _groups(self, *, validation: bool) -> Iterator[Group]:
        for shard in self.all:
            yield from (group for group in shard.groups if group.validation == validation)

    def _drawings(self, group: Group, numbers: NDArray[np.int64]) -> list[LabelledDrawing]:
        """The group's drawings with these numbers, in the order of the numbers."""
        table = self._read(group)
        if table is None:
            return []
        return self._converted(group.shard, table.filter(pa.array(np.isin(_numbers(table), numbers))).sort_by("number"))

    def _converted(self, key: str, table: pa.Table) -> list[LabelledDrawing]:
        """The table's drawings without damaged rows and those that operators took out."""
        try:
            found = self._checked(table)
        # Row by row, to find the damaged ones: a column of any content can make numpy and pyarrow raise anything.
        except Exception:
            found = [drawing for row in range(table.num_rows) for drawing in self._row(key, table.slice(row, 1))]
        return moderated(found, self._moderation)

    def _row(self, key: str, row: pa.Table) -> list[LabelledDrawing]:
        try:
            return self._checked(row)
        except Exception as error:
            self._damaged.add(damaged_row(_id_or_number(row)), f"{type(error).__name__}: {error} (a row of {key})")
            return []

    def _checked(self, table: pa.Table) -> list[LabelledDrawing]:
        drawings = from_table(table)
        for drawing in drawings:
            check_drawing(drawing, self._labels)
        return drawings

    def _rows(self, shard: Shard, group: Group) -> list[ShardRow]:
        table = self._read(group, ["number", "drawing", "contributor"])
        if table is None:
            return []
        rows = []
        cells = (table.column(name).to_pylist() for name in ("number", "drawing", "contributor"))
        for number, drawing, contributor in zip(*cells, strict=True):
            try:
                row = ShardRow(int(number), str(uuid.UUID(bytes=drawing)), contributor)
                _check_row(row, shard)
            except (TypeError, ValueError) as error:
                self._damaged.add(damaged_row(f"{drawing!r:.80}"), f"{error} (a row of {shard.key})")
            else:
                if not self._moderation.leaves_out(row.drawing, row.contributor):
                    rows.append(row)
        return rows

    def _numbers(self, group: Group) -> NDArray[np.int64]:
        table = self._read(group, ["number"])
        return np.empty(0, np.int64) if table is None else _numbers(table)

    def _open(self, key: str) -> Shard | None:
        """The shard's footer; None for a damaged shard."""
        try:
            shard = parse_footer(key, self._file(key))
        except StoreError:
            raise
        # Of damaged bytes, pyarrow raises exceptions of several unrelated types.
        except Exception as error:
            self._damaged.add(key, error)
            return None
        self._damaged.resolve(key)
        return shard

    def _read(self, group: Group, columns: list[str] | None = None) -> pa.Table | None:
        """The group's rows; None for a damaged group."""
        if group in self._damaged_groups:
            return None
        try:
            with self._file(group.shard) as file:
                return file.read_row_group(group.index, columns, use_threads=False)
        except StoreError:
            raise
        except Exception as error:
            self._damaged_groups.add(group)
            self._damaged.add(f"{group.shard} row group {group.index}", error)
            return None

    def _file(self, key: str) -> pq.ParquetFile:
        path = self._files.path(key)
        try:
            return pq.ParquetFile(path, memory_map=True)
        except FileNotFoundError as error:
            raise NoSuchObject(f"{key} is gone") from error
        except OSError as error:
            # pyarrow raises OSError without a number for damaged bytes. With one, the machine failed, not the shard.
            if error.errno not in (None, errno.EIO):
                raise StoreError(f"{key} was not read: {error}") from error
            raise


_NO_IDS: NDArray[np.bytes_] = np.empty(0, "S16")


def damaged_row(drawing: str) -> str:
    """The name of a damaged row in the record of damaged objects."""
    return f"{SHARDS} row of drawing {drawing}"


def _check_row(row: ShardRow, shard: Shard) -> None:
    if not isinstance(row.contributor, str):
        raise ValueError(f"contributor {row.contributor!r:.40}, expected text")
    if not shard.name.first <= row.number <= shard.name.last:
        raise ValueError(f"number {row.number}, expected {shard.name.first} to {shard.name.last}")


def _id_or_number(row: pa.Table) -> str:
    try:
        return str(uuid.UUID(bytes=row.column("drawing").to_pylist()[0]))
    except (TypeError, ValueError, KeyError):
        return f"without an id, {row.column('number').to_pylist()[0]!r:.40}"


def _numbers(table: pa.Table) -> NDArray[np.int64]:
    return np.asarray(table.column("number").fill_null(-1).to_numpy(), np.int64)
