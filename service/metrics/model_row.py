"""Reads what all workers counted of each model's predictions; `metrics.py` writes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.metrics.block import (
    CONFIDENCE_STEPS,
    INKED,
    LOG2_BUCKETS,
    MAX_CLASSES,
    ROW_CELLS,
    ROW_CONFIDENCE_SUM,
    ROW_NO_INK,
    ROW_REFUSED,
    ROW_SECONDS,
    ROW_SECONDS_SUM,
    ROW_WORDS,
    Block,
)


@dataclass(frozen=True, slots=True)
class ModelRow:
    """The counts of one family's predictions."""

    cells: NDArray[np.uint64]  # by outcome, confidence and class
    seconds: Sequence[int]  # by bits of ns
    seconds_sum: int  # ns
    confidence_sum: float
    no_ink: int
    refused: int

    @classmethod
    def of(cls, words: memoryview) -> ModelRow:
        shape = (len(INKED), CONFIDENCE_STEPS + 1, MAX_CLASSES)
        return cls(
            np.array(words[ROW_CELLS:]).reshape(shape),
            words[ROW_SECONDS : ROW_SECONDS + LOG2_BUCKETS].tolist(),
            words[ROW_SECONDS_SUM],
            words.cast("B").cast("d")[ROW_CONFIDENCE_SUM],
            words[ROW_NO_INK],
            words[ROW_REFUSED],
        )

    @classmethod
    def sum(cls, rows: Sequence[ModelRow]) -> ModelRow:
        return cls(
            np.sum([row.cells for row in rows], axis=0),
            [sum(counts) for counts in zip(*(row.seconds for row in rows), strict=True)],
            sum(row.seconds_sum for row in rows),
            sum(row.confidence_sum for row in rows),
            sum(row.no_ink for row in rows),
            sum(row.refused for row in rows),
        )

    @property
    def outcomes(self) -> list[int]:
        counts: list[int] = self.cells.sum(axis=(1, 2)).tolist()
        return counts

    @property
    def confidence(self) -> list[int]:
        counts: list[int] = self.cells.sum(axis=(0, 2)).tolist()
        return counts

    @property
    def classes(self) -> list[int]:
        counts: list[int] = self.cells.sum(axis=(0, 1)).tolist()
        return counts


def sum_model_rows(blocks: Sequence[Block]) -> dict[str, ModelRow]:
    """The rows of all workers, summed by name: each worker has its own order."""
    rows: dict[str, list[ModelRow]] = {}
    for block in blocks:
        for name, start in block.model_rows():
            rows.setdefault(name, []).append(ModelRow.of(block.words[start : start + ROW_WORDS]))
    return {name: ModelRow.sum(parts) for name, parts in sorted(rows.items())}
