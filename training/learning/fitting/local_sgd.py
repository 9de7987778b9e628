"""Fits on several workers: local SGD (Stich 2019, arXiv 1805.09767), whose batches and steps are those of one machine.

In a round, each worker trains on its share of the snapshots of each batch, from the same state, by the graph that one
machine trains with; the next round starts from the mean of the states. Averaged after every batch, plain SGD of a model
without batch norm and dropout would give what one machine gives; a longer round spares the transfer of states.

All of the state is averaged: weights, statistics of batch norm, the optimizer's moments and the moving average of
weights; the count of steps is the same everywhere. A worker's result depends on its arguments alone (state, snapshots,
seed of dropout), so the share of a worker that died is trained on again, and no other is.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.processes import Workers
from training.families.recipes import Family, Recipe
from training.learning.fitting.graph import TrainingGraph, training_graph
from training.learning.fitting.runtime import use_threads

Examples = tuple[dict[str, Any], Any]  # inputs by name, and targets, of one row a snapshot
State = Sequence[NDArray[Any]]

BATCHES_OF_A_ROUND = 20  # between two averages, which take as long as a batch or two
LEAST_SHARE = 32  # snapshots of a batch: statistics of batch norm over fewer are noise


@dataclass(frozen=True, slots=True)
class GraphOf:
    """The arguments that a worker builds its graph from; the same for all of them."""

    family: Family
    recipe: Recipe
    symbols: int
    classes: int


class LocalSgd:
    """Trains `graph` by `workers`; after each call the graph has the averaged state."""

    batches_per_call = BATCHES_OF_A_ROUND

    def __init__(
        self, workers: Workers, graph: TrainingGraph, graph_of: GraphOf, examples: Examples, rng: np.random.Generator
    ) -> None:
        """`rng` seeds dropout."""
        self._workers, self._graph, self._graph_of, self._rng = workers, graph, graph_of, rng
        inputs, targets = examples
        self._examples: Examples = {name: np.asarray(data) for name, data in inputs.items()}, np.asarray(targets)
        self._count = shares_of(workers.cores, graph_of.recipe.batch_size)

    def train(self, rows: NDArray[np.int32]) -> list[float]:
        """One round on the snapshots of these rows (batches, batch size); the mean loss of each batch."""
        state = self._workers.share(self._graph.state)
        shares = [rows[:, number :: self._count] for number in range(self._count)]
        seeds = self._rng.integers(2**31, size=self._count).tolist()
        trained = [
            self._workers.submit(train_share, self._graph_of, self._examples_of(share), share.shape, state, seed)
            for share, seed in zip(shares, seeds, strict=True)
        ]
        states, losses = zip(*(future.result() for future in trained), strict=True)
        sizes = [share.shape[1] for share in shares]
        self._graph.restore(mean_state(states, sizes), 0)
        return [float(loss) for loss in np.average(losses, axis=0, weights=sizes)]

    def _examples_of(self, rows: NDArray[np.int32]) -> Examples:
        # A round's snapshots are some hundred kB; all of them would fill each worker's memory, and Ray's.
        inputs, targets = self._examples
        return {name: data[rows.ravel()] for name, data in inputs.items()}, targets[rows.ravel()]


def shares_of(cores: int, batch_size: int) -> int:
    """The number of workers that share a batch, of which each gets LEAST_SHARE snapshots at least."""
    return max(1, min(cores, batch_size // LEAST_SHARE))


def train_share(
    graph_of: GraphOf, examples: Examples, shape: tuple[int, int], state: State, seed: int
) -> tuple[State, NDArray[np.float32]]:
    """Trains from a state on examples that are so many batches (batches, size), one after the other.

    Returns:
        The new state and the loss of each batch.
    """
    graph = _graph(graph_of)
    graph.restore(state, seed)
    losses = graph.train(*examples, np.arange(shape[0] * shape[1], dtype=np.int32).reshape(shape)).numpy()
    return graph.state, losses


def mean_state(states: Sequence[State], weights: Sequence[float]) -> State:
    """The weighted mean of each array; of whole numbers, which count steps and are equal, the first."""
    return [
        np.average(arrays, axis=0, weights=weights).astype(arrays[0].dtype)
        if np.issubdtype(arrays[0].dtype, np.floating)
        else arrays[0]
        for arrays in zip(*states, strict=True)
    ]


@functools.lru_cache(maxsize=1)
def _graph(graph_of: GraphOf) -> TrainingGraph:
    """Kept from round to round: building one takes seconds."""
    use_threads(1)
    return training_graph(graph_of.family, graph_of.recipe, 0.0, False, graph_of.symbols, graph_of.classes)
