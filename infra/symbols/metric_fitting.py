"""Learns the metric of few-shot recognition: linear discriminant analysis of the geometry of snapshots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from infra.symbols.seen import CHUNK, STAGES, Floats, Seen
from training.models.few_shot.geometry import SIZE, geometry
from training.models.few_shot.metric import Metric

DIMENSIONS = 64
SHRINKAGE = 0.1  # of the scatter within classes toward a multiple of the identity
EMBEDDING_SHARE = 0.7  # of the embedding's squared distances, to 1 of the geometry's
PAIRS = 2000  # of finished drawings, to scale the distances by


def fit_metric(seen: Seen, symbols: Sequence[str]) -> Metric:
    """Fits the metric to these drawings by many writers. A class is one symbol at one stage."""
    rows = [geometry(seen.part(first, first + CHUNK).inputs).astype(np.float64) for first in range(0, len(seen), CHUNK)]
    numbers = np.concatenate(rows)
    projection = _discriminants(numbers, _classes(symbols))
    finished = (numbers.reshape(len(seen), STAGES, SIZE)[:, -1] @ projection).astype(np.float32)
    units = seen.unit_embeddings()[:, -1]
    geometric, of_embedding = _median_distance(finished), _median_distance(units)
    whole = 1 + EMBEDDING_SHARE
    scaled = (projection / np.sqrt(geometric * whole)).astype(np.float32)
    return Metric(scaled, float(np.sqrt(EMBEDDING_SHARE / (of_embedding * whole))))


def _classes(symbols: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The class of each snapshot: its symbol and its stage."""
    _, numbers = np.unique(np.array(symbols), return_inverse=True)
    return np.asarray((numbers[:, None] * STAGES + np.arange(STAGES)).reshape(-1))


def _discriminants(
    numbers: np.ndarray[tuple[int, ...], np.dtype[np.float64]], classes: np.ndarray[tuple[int], np.dtype[np.intp]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """(SIZE, DIMENSIONS): the directions in which classes differ most, in units of the scatter within them."""
    counts = np.bincount(classes)
    means = np.zeros((len(counts), numbers.shape[1]))
    np.add.at(means, classes, numbers)
    means /= np.maximum(counts, 1)[:, None]
    inner = numbers - means[classes]
    within = inner.T @ inner / len(inner)
    within += SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    outer = means - np.average(means, axis=0, weights=counts)
    between = (outer * counts[:, None]).T @ outer / len(inner)
    # The generalised problem by whitening: numpy has no solver for it.
    values, vectors = np.linalg.eigh(within)
    whitening = vectors / np.sqrt(values)
    _, turned = np.linalg.eigh(whitening.T @ between @ whitening)
    return np.asarray((whitening @ turned)[:, : -DIMENSIONS - 1 : -1])


def _median_distance(finished: Floats) -> float:
    rng = np.random.default_rng(1)
    one, other = rng.integers(0, len(finished), (2, PAIRS))
    return float(np.median(np.square(finished[one] - finished[other]).sum(axis=1)))
