"""A store that many contributed to long ago: full shards, and a status that all of it was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from collector.contribution.contributor import use_of
from collector.contribution.layout import TRAINER_PROGRESS
from collector.ink.drawing import Drawing
from collector.storage.object_store import ObjectStore
from infra.bench.training.sampled import sampled
from training.data.dataset import LabelledDrawing
from training.data.shards.compaction import SHARD_DRAWINGS
from training.data.shards.schema import SCHEMA, numbered, to_table
from training.data.shards.writer import write_shard
from training.data.stages import Canvas, lines_of
from training.families.recipes import FAMILIES
from training.learning.state.progress import Progress, encode_progress

DRAWN = 500  # different drawings; more would take longer to draw than to train on
EACH = 20  # drawings by one contributor


def fill(store: ObjectStore, count: int, drawings: Sequence[Drawing]) -> None:
    """Puts `count` drawings as shards, repeating these; each has its own id and number.

    Neither `drawings/` nor `samples/` is filled: the trainer reads them once, when a drawing arrives.
    """
    rng = np.random.default_rng(1)
    table = to_table([_labelled(drawing) for drawing in drawings[:DRAWN]], 1)
    for first in range(1, count + 1, SHARD_DRAWINGS):
        rows = min(SHARD_DRAWINGS, count + 1 - first)
        chosen = table.take(pa.array(rng.integers(0, table.num_rows, rows)))
        key, body = write_shard([numbered(_renamed(chosen, first, rng), first)], first, first + rows - 1)
        store.put(key, body)
    store.put(TRAINER_PROGRESS, encode_progress({family.name: Progress(count, count) for family in FAMILIES}))


def _labelled(drawing: Drawing) -> LabelledDrawing:
    assert drawing.label is not None  # noqa: S101 - contributed drawings have one; for mypy
    lines = tuple(lines_of(drawing.strokes))
    return sampled(LabelledDrawing(drawing.id, lines, drawing.label, "", "training", "page", Canvas()))


def _renamed(table: pa.Table, first: int, rng: np.random.Generator) -> pa.Table:
    """The same drawings under new ids, by contributors of EACH drawings, some for validation."""
    ids = [rng.bytes(16) for _ in range(table.num_rows)]
    names = [_contributor((first + row) // EACH) for row in range(table.num_rows)]
    new = {"drawing": ids, "contributor": names, "judging": [use_of(name) == "validation" for name in names]}
    for name, values in new.items():
        place = SCHEMA.get_field_index(name)
        table = table.set_column(place, SCHEMA.field(place), pa.array(values, SCHEMA.field(place).type))
    return table


def _contributor(number: int) -> str:
    return hashlib.sha256(f"long ago {number}".encode()).hexdigest()[:32]
