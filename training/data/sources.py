"""Sources of training batches: snapshots, their targets, and their share of each batch. No TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import Snapshots

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """Snapshots to draw batches from, and their share of each batch.

    `soft_labels` (n, 11) are a teacher's probabilities and doubt; they have the weight `distillation_weight` in the
    targets, one for all or (n,) of each snapshot, and the labels have the rest. With `distil_from_champion` the targets
    are the predictions of the initial weights alone, not of the flatbuffer: training would fit its rounding errors.
    `symbols` (n,) are classes among digits, letters and symbols, -1 for none, for the auxiliary task that shapes the
    embedding.
    """

    snapshots: Snapshots
    share: float = 1.0
    soft_labels: Floats | None = None
    distillation_weight: float | Floats = 0.5
    distil_from_champion: bool = False
    symbols: NDArray[np.int32] | None = None


def draw_rows(sources: Sequence[Source], batches: int, size: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Row numbers (batches, size) into the joined sources, drawn with replacement from each source by its share."""
    total = sum(source.share for source in sources)
    counts = [max(1, round(size * source.share / total)) for source in sources]
    ends = np.cumsum([len(source.snapshots) for source in sources])
    starts = [0, *ends[:-1]]
    # Batch by batch: a seed gives the same batches however many are drawn in one call.
    drawn = [
        np.concatenate([rng.integers(start, end, n) for start, end, n in zip(starts, ends, counts, strict=True)])
        for _ in range(batches)
    ]
    return np.stack(drawn).astype(np.int32)
