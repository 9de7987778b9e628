"""Drawings with the samples that a page would have sent, and shards of them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from collector.ink.snapshot import Ink20, Place
from collector.storage.object_store import ObjectStore
from training.data.dataset import EVALUATION_STAGES, LabelledDrawing, Picture
from training.data.shards.compaction import SHARD_DRAWINGS
from training.data.shards.schema import to_table
from training.data.shards.writer import write_shard
from training.data.stages import stage_arrays

_NAMESPACE = uuid.UUID("7f4a3c52-9d0e-4f7b-8a61-2b9f1f0c6d35")


def sampled(drawing: LabelledDrawing) -> LabelledDrawing:
    """The same drawing with samples of ten stages, under an id that the store accepts; no PNG is drawn."""
    ink20 = stage_arrays("ink20", drawing.lines, drawing.canvas, EVALUATION_STAGES)
    canvas20 = stage_arrays("canvas20", drawing.lines, drawing.canvas, EVALUATION_STAGES)
    pictures = tuple(
        Picture(ink, Ink20(ink20["cells"][row], Place(*map(int, ink20["place"][row]))), canvas20["cells"][row])
        for row, ink in enumerate(EVALUATION_STAGES)
    )
    name = str(uuid.uuid5(_NAMESPACE, f"{drawing.source}/{drawing.id}"))
    return replace(drawing, id=name, use="training", pictures=pictures)


def put_shards(store: ObjectStore, drawings: Iterable[LabelledDrawing]) -> None:
    """Full shards, numbered from 1 on."""
    waiting, first = iter(drawings), 1
    while part := list(islice(waiting, SHARD_DRAWINGS)):
        store.put(*write_shard([to_table(part, first)], first, first + len(part) - 1))
        first += len(part)
