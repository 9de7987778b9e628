"""Parses a shard's footer: its row groups, and the number of drawings deleted out of it."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow.parquet as pq

from collector.contribution.layout import ShardName, parse_shard_key
from training.data.shards.schema import SCHEMA, WITHDRAWN


class BadShard(ValueError):
    """The bytes are not a shard; the message says what came and what was expected."""


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


def parse_footer(key: str, file: pq.ParquetFile) -> Shard:
    """Reads the footer and closes the file.

    Raises:
        BadShard: a column is missing or has another type.
    """
    with file:
        found = file.schema_arrow
        for field in SCHEMA:
            came = found.field(field.name).type if field.name in found.names else None
            if came != field.type:
                raise BadShard(f"column {field.name} is {came}, expected {field.type}")
        metadata = file.metadata
        groups = tuple(_group(key, metadata.row_group(i), i) for i in range(metadata.num_row_groups))
        withdrawn = int((metadata.metadata or {}).get(WITHDRAWN, b"0"))
    return Shard(key, parse_shard_key(key), tuple(group for group in groups if group.rows), withdrawn)


def _group(key: str, metadata: pq.RowGroupMetaData, index: int) -> Group:
    columns = {metadata.column(i).path_in_schema: metadata.column(i) for i in range(metadata.num_columns)}
    number, validation = columns["number"].statistics, columns["judging"].statistics
    return Group(key, index, metadata.num_rows, bool(validation.max), int(number.min), int(number.max))
