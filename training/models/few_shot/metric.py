"""Measures how alike two snapshots are: a learned projection of their geometry beside the model's embedding.

`python -m infra.symbols --fit` learns the projection: it keeps the directions in which different symbols differ more
than the same symbol by different writers (linear discriminant analysis, stage by stage).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import Inputs
from training.models.few_shot.geometry import SIZE, geometry

METRIC_FILE = Path(__file__).with_name("metric.npz")

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """Squared distances of `vectors` are about 1 between finished drawings of two random symbols."""

    projection: Floats  # (SIZE, k)
    embedding_scale: float  # of an embedding of length 1

    def vectors(self, inputs: Inputs, embeddings: Floats) -> Floats:
        """One vector (n, k + E) for each snapshot of `path48`; `embeddings` (n, E) are the model's for them."""
        lengths = np.sqrt((embeddings * embeddings).sum(axis=1, keepdims=True))
        unit = embeddings * (np.float32(self.embedding_scale) / np.maximum(lengths, np.float32(1e-6)))
        return np.concatenate([geometry(inputs) @ self.projection, unit], axis=1)

    def save(self, path: Path = METRIC_FILE) -> None:
        scale = np.float32(self.embedding_scale)
        np.savez_compressed(path, projection=self.projection.astype(np.float16), embedding_scale=scale)


@functools.cache
def shipped_metric() -> Metric:
    """The metric that ships with the path model; read once."""
    with np.load(METRIC_FILE, allow_pickle=False) as arrays:
        projection = arrays["projection"].astype(np.float32)
        assert projection.shape[0] == SIZE  # noqa: S101 - the file belongs to this release
        return Metric(projection, float(arrays["embedding_scale"]))
