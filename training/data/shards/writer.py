"""Writes tables as a shard: rows of one use together, in small row groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.contribution.layout import ShardName, shard_key
from training.data.shards.schema import GROUP_DRAWINGS, SCHEMA, WITHDRAWN

DIGEST_DIGITS = 12


def write_shard(
    tables: Iterable[pa.Table], first: int, last: int, rewritten: int = 0, withdrawn: int = 0
) -> tuple[str, bytes]:
    """The shard's key and bytes. Reads one table at a time; keeps one group of rows beside the bytes."""
    sink = pa.BufferOutputStream()
    schema = SCHEMA.with_metadata({WITHDRAWN: str(withdrawn).encode()})
    # Most cells are blank: compression makes them ten times smaller at little cost.
    with pq.ParquetWriter(sink, schema, compression="zstd", use_dictionary=["contributor", "source"]) as writer:
        for group in _groups(tables):
            writer.write_table(group.cast(schema), row_group_size=GROUP_DRAWINGS)
    body = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_DIGITS]
    return shard_key(ShardName(first, last, rewritten, digest)), body


def _groups(tables: Iterable[pa.Table]) -> Iterable[pa.Table]:
    """Yields full groups of one use as soon as there are enough rows, the rest at the end."""
    waiting = [SCHEMA.empty_table(), SCHEMA.empty_table()]  # training rows, validation rows
    for table in tables:
        for use, validation in enumerate((False, True)):
            rows = table.filter(pc.equal(table.column("judging"), validation)).cast(SCHEMA)
            waiting[use] = pa.concat_tables([waiting[use], rows])
            while waiting[use].num_rows >= GROUP_DRAWINGS:
                yield waiting[use].slice(0, GROUP_DRAWINGS)
                waiting[use] = waiting[use].slice(GROUP_DRAWINGS)
    yield from (table for table in waiting if table.num_rows)
