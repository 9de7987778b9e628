"""Reads row groups of shards and the drawings in them. Records damaged shards, groups and rows, and leaves them out."""

from __future__ import annotations

import errno
import logging
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from collector.contribution.layout import SHARDS
from collector.moderation.moderation import NO_MODERATION
from collector.storage.object_store import NoSuchObject, StoreError
from collector.symbols.symbol_set import SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.files import ShardFiles
from training.data.shards.footer import Group, Shard, parse_footer
from training.data.shards.schema import from_table, ids_of
from training.data.stored.checks import check_drawing, labels_of
from training.data.stored.damaged import DamagedObjects
from training.data.stored.moderated import moderated

log = logging.getLogger(__name__)

_NO_IDS: NDArray[np.bytes_] = np.empty(0, "S16")


@dataclass(frozen=True, slots=True)
class ShardRow:
    """The columns of a drawing that selection needs."""

    number: int
    drawing: str
    contributor: str


class GroupReader:
    """Reads what is intact. `moderation` leaves out what operators hid or blocked, and gives drawings their labels."""

    def __init__(self, files: ShardFiles, damaged: DamagedObjects, symbols: SymbolSet) -> None:
        self.moderation = NO_MODERATION
        self._files = files
        self._labels = labels_of(symbols)
        self._damaged = damaged
        self._damaged_groups: set[Group] = set()

    def open(self, key: str) -> Shard | None:
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

    def is_intact(self, key: str) -> bool:
        """False once a group of the shard could not be read."""
        return not any(group.shard == key for group in self._damaged_groups)

    def is_damaged(self, group: Group) -> bool:
        return group in self._damaged_groups

    def table(self, group: Group, columns: list[str] | None = None) -> pa.Table | None:
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

    def tables(self, shard: Shard, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yields the shard's groups, without damaged ones."""
        for group in shard.groups:
            table = self.table(group, columns)
            if table is not None:
                yield table

    def ids(self, shard: Shard) -> NDArray[np.bytes_]:
        """The drawings' ids in the order of the rows; see `ids_of`."""
        if self.is_intact(shard.key):
            groups = [group.index for group in shard.groups]
            try:
                with self._file(shard.key) as file:
                    return ids_of(file.read_row_groups(groups, ["drawing"], use_threads=False))
            except StoreError:
                raise
            except Exception:  # then group by group, to find the damaged ones
                log.debug("%s is not read at once", shard.key, exc_info=True)
        return np.concatenate([_NO_IDS, *(ids_of(table) for table in self.tables(shard, ["drawing"]))])

    def rows(self, shard: Shard, group: Group) -> list[ShardRow]:
        """The columns of the group's rows that selection needs, without damaged and withdrawn ones."""
        table = self.table(group, ["number", "drawing", "contributor"])
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
                if not self.moderation.leaves_out(row.drawing, row.contributor):
                    rows.append(row)
        return rows

    def numbers(self, group: Group) -> NDArray[np.int64]:
        """The numbers of the group's drawings; empty for a damaged group."""
        table = self.table(group, ["number"])
        return np.empty(0, np.int64) if table is None else numbers_of(table)

    def drawings(self, key: str, table: pa.Table) -> list[LabelledDrawing]:
        """The table's drawings without damaged rows and those that operators took out."""
        try:
            found = self._checked(table)
        # Row by row, to find the damaged ones: a column of any content can make numpy and pyarrow raise anything.
        except Exception:
            found = [drawing for row in range(table.num_rows) for drawing in self._one_row(key, table.slice(row, 1))]
        return moderated(found, self.moderation)

    def _one_row(self, key: str, row: pa.Table) -> list[LabelledDrawing]:
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


def numbers_of(table: pa.Table) -> NDArray[np.int64]:
    return np.asarray(table.column("number").fill_null(-1).to_numpy(), np.int64)
