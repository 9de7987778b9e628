"""Where batches are drawn from: snapshots, what is taught on them, and their share of each batch. No TensorFlow."""

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

    `opinions` (n, 10), probabilities by a teacher, have the share `trust` of what is taught; labels have the rest. With
    `keep`, all that is taught is what the model said when training began: by the weights themselves, not by the
    flatbuffer, whose rounding would be learnt as if it were news.
    """

    snapshots: Snapshots
    share: float = 1.0
    opinions: Floats | None = None
    trust: float = 0.5
    keep: bool = False


def draw_rows(sources: Sequence[Source], batches: int, size: int, rng: np.random.Generator) -> NDArray[np.int32]:
    """Rows (batches, rows) of the sources one after the other, drawn with replacement from each by its share."""
    total = sum(source.share for source in sources)
    counts = [max(1, round(size * source.share / total)) for source in sources]
    ends = np.cumsum([len(source.snapshots) for source in sources])
    starts = [0, *ends[:-1]]
    # Batch by batch, so that the same seed gives the same batches however many are drawn at once.
    drawn = [
        np.concatenate([rng.integers(start, end, n) for start, end, n in zip(starts, ends, counts, strict=True)])
        for _ in range(batches)
    ]
    return np.stack(drawn).astype(np.int32)
