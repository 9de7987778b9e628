"""The training loop: draws batches from sources, trains a family's model, and converts it to its two files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.data.dataset import LOOK_ALIKE, NO_DIGIT, Snapshots
from training.data.processes import Workers
from training.data.sources import Floats, Source, draw_rows
from training.families.recipes import CLASSES, EARLY_INK, Family, Recipe
from training.learning.fitting.conversion import convert, set_body, set_weights, traced_model, weights_of
from training.learning.fitting.graph import TrainingGraph, prediction_graph, reused_graph, training_graph
from training.learning.fitting.local_sgd import Examples, GraphOf, LocalSgd
from training.learning.fitting.runtime import keras, tf
from training.models.artifact import read_weights, write_weights

Progress = Callable[[Iterable[int]], Iterable[int]]

PREDICTED_AT_ONCE = 1000  # snapshots
BATCHES_PER_CALL = 10  # between two checks of `should_stop`: a third of a second at most


class Stopped(Exception):
    """`should_stop` ended training before its last batch."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained model as its two files, and the loss of each batch."""

    model: bytes
    weights: bytes
    losses: tuple[float, ...]


def fit(
    family: Family,
    recipe: Recipe,
    sources: Sequence[Source],
    *,
    seed: int,
    initial_weights: bytes | None = None,
    warm_start: bool = False,
    classes: int = CLASSES,
    keep_head: bool = True,
    l2_sp: float = 0.0,
    workers: Workers | None = None,
    progress: Progress = iter,
    should_stop: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Trains the family's model from scratch, or from `initial_weights` (a `weights.npz`).

    Continued training from initial weights leaves the statistics of batch norm as they are; with `warm_start` it is a
    whole training, statistics included, that only begins where another has ended. Without `keep_head` the last layer
    starts anew, for other classes than those of the initial weights.
    `l2_sp` weighs the squared distance to the initial weights in the loss (Li et al. 2018, "L2-SP"); `progress` wraps
    the numbers of the batches. With `workers` these train, each on its share of every batch (`local_sgd.py`).

    Raises:
        ValueError: `workers` for a training that is continued or has another head.
        Stopped: `should_stop` returned true.
        WrongWeights: `initial_weights` belong to another model.
        BadArtifact: `initial_weights` can't be read.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    symbols = max((int(source.symbols.max()) + 1 for source in sources if source.symbols is not None), default=0)
    continued = initial_weights is not None and not warm_start
    if workers is not None and (continued or not keep_head or l2_sp):
        raise ValueError("workers fit whole trainings alone")
    if keep_head:
        graph = training_graph(family, recipe, l2_sp, continued, symbols, classes)
    else:
        graph = reused_graph(family, recipe, classes)
    if initial_weights is not None:
        (set_weights if keep_head else set_body)(graph.model, initial_weights)
    graph.start(recipe)

    examples = _join(sources, [_targets(graph, source, recipe, classes) for source in sources])
    trainer: _Here | LocalSgd = (
        _Here(graph, examples)
        if workers is None
        else LocalSgd(workers, graph, GraphOf(family, recipe, symbols, classes), examples, rng.spawn(1)[0])
    )
    losses: list[float] = []
    for done in progress(range(0, recipe.batches, trainer.batches_per_call)):
        if should_stop():
            raise Stopped
        batches = min(trainer.batches_per_call, recipe.batches - done)
        losses += trainer.train(draw_rows(sources, batches, recipe.batch_size, rng))
    if recipe.average:
        graph.optimizer.finalize_variable_values(graph.model.trainable_variables)
    return Fitted(convert(graph.serve), weights_of(graph.model), tuple(losses))


@dataclass(frozen=True, slots=True)
class _Here:
    """Trains in this process."""

    graph: TrainingGraph
    examples: Examples
    batches_per_call: int = BATCHES_PER_CALL

    def train(self, rows: NDArray[np.int32]) -> list[float]:
        losses: list[float] = self.graph.train(*self.examples, rows).numpy().tolist()
        return losses


def interpolate(family: Family, initial_weights: bytes, fitted: Fitted, fraction: float) -> Fitted:
    """The model whose weights are this fraction of the way from the initial to the fitted ones."""
    before, after = read_weights(initial_weights), read_weights(fitted.weights)
    model, traced = traced_model(family)
    set_weights(model, write_weights({name: w + fraction * (after[name] - w) for name, w in before.items()}))
    return Fitted(convert(traced), weights_of(model), fitted.losses)


def soft_labels(family: Family, weights: bytes, snapshots: Snapshots) -> Floats:
    """Probabilities and doubt (n, 11) of a trained model for each snapshot."""
    model = family.build_model(CLASSES)
    set_weights(model, weights)
    return _predict(prediction_graph(model), snapshots)


def _join(sources: Sequence[Source], targets: Sequence[Floats]) -> Examples:
    """All snapshots and their targets, one source after the other."""
    names = sources[0].snapshots.inputs
    inputs = {name: tf.concat([source.snapshots.inputs[name] for source in sources], 0) for name in names}
    return inputs, tf.concat(targets, 0)


def _predict(predict: Any, snapshots: Snapshots) -> Floats:
    starts = range(0, len(snapshots), PREDICTED_AT_ONCE)
    batches = (snapshots.batch(slice(start, start + PREDICTED_AT_ONCE)) for start in starts)
    return np.concatenate([predict(batch).numpy() for batch in batches])


def _targets(graph: TrainingGraph, source: Source, recipe: Recipe, classes: int) -> Floats:
    """The targets (n, classes + 2) of each snapshot: probabilities, all 0 where it is no class; the doubt, -1 of a
    look-alike; and the class among digits and symbols, -1 for none.
    """
    symbols = np.full(len(source.snapshots), -1) if source.symbols is None else source.symbols
    if source.distil_from_champion:
        return _with_column(_predict(graph.predict, source.snapshots), symbols)
    labels = source.snapshots.labels
    targets = np.eye(LOOK_ALIKE + 1, classes + 1, dtype=np.float32)[labels]
    targets[labels == NO_DIGIT, classes] = 1
    is_digit = (labels < NO_DIGIT)[:, None]
    beginning = np.maximum(0, 1 - source.snapshots.ink / EARLY_INK)[:, None]
    smoothing = recipe.smoothing + recipe.early_smoothing * beginning
    digits = targets[:, :classes] * (1 - smoothing) + smoothing / classes * is_digit
    targets = np.concatenate([digits, targets[:, classes:]], axis=1)
    if source.soft_labels is not None:
        weight = np.broadcast_to(np.asarray(source.distillation_weight, np.float32), len(labels))[:, None]
        soft = source.soft_labels * np.concatenate([np.repeat(is_digit, classes, 1), np.ones_like(is_digit)], axis=1)
        targets = targets * (1 - weight) + soft * weight
    targets[labels == LOOK_ALIKE, classes] = -1
    return _with_column(targets, symbols)


def _with_column(targets: Floats, column: NDArray[np.int32]) -> Floats:
    return np.concatenate([targets, column[:, None]], axis=1, dtype=np.float32)
