"""A symbol set of three shapes, and drawings of them by several contributors, as shards hold them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import numpy as np

from collector.contribution.contributor import use_of
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import SymbolClass, SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.schema import to_table
from training.data.shards.writer import write_shard
from training.data.stages import Canvas

STAR, WAVE, BOX = range(3)
SHAPES = SymbolSet(
    "shapes", "Shapes", (SymbolClass("star", "Star $x$"), SymbolClass("wave", "Wave"), SymbolClass("box", "Box"))
)


def shape_lines(place: int, hand: int) -> tuple[np.ndarray, ...]:
    """A five-pointed star, a wave or a box, turned, sized and placed a little differently by each hand."""
    rng = np.random.default_rng((place, hand))
    turns = np.linspace(0, 2 * np.pi, 41)
    if place == STAR:
        corners = np.array([(np.sin(k * 4 * np.pi / 5), -np.cos(k * 4 * np.pi / 5)) for k in range(6)])
    elif place == WAVE:
        corners = np.stack([turns / np.pi - 1, 0.3 * np.sin(3 * turns)], axis=1)
    else:
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * 0.8
    angle, size, middle = rng.normal(0, 0.06), rng.uniform(60, 150), rng.uniform(180, 320, 2)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return (corners @ turn * size + rng.normal(0, 2, corners.shape) + middle,)


def drawing_of(place: int, hand: int, contributor: str, label: int | None = None) -> LabelledDrawing:
    return LabelledDrawing(
        id=str(uuid.UUID(int=place * 10**6 + hand)),
        lines=shape_lines(place, hand),
        label=place if label is None else label,
        contributor=contributor,
        use=use_of(contributor),
        source="page",
        canvas=Canvas(),
    )


def drawings_by(
    contributor: str, each: int, first: int = 0, places: Sequence[int] = (STAR, WAVE, BOX)
) -> list[LabelledDrawing]:
    return [drawing_of(place, hand, contributor) for hand in range(first, first + each) for place in places]


def put_shard(store: ObjectStore, drawings: Sequence[LabelledDrawing], first: int = 1) -> None:
    """Stores the drawings as compaction leaves them, numbered from `first`."""
    key, body = write_shard([to_table(drawings, first)], first, first + len(drawings) - 1)
    store.put(key, body)
