"""One loop from arrays to a trained model, and from there to the two files that are published.

The only file that imports TensorFlow. Whoever imports this pays 3 s and 600 MB: the trainer does when training starts.
"""

from __future__ import annotations

import functools
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from training.learning.quiet_stderr import hushed

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # read once, as TensorFlow loads

with hushed():  # before it has read that, it says twice that it may round differently
    import keras
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from collector.ink.encodings import INPUT_SPECS
from training.data.dataset import SCALES, Snapshots
from training.data.sources import Floats, Source, draw_rows
from training.families.recipes import CLASSES, FAMILIES, Family, Recipe, WrongWeights
from training.models.artifact import read_weights, write_weights

for _noisy in ("tensorflow", "absl"):  # a line for every conversion, with a temporary path in it
    logging.getLogger(_noisy).setLevel(logging.ERROR)

Progress = Callable[[Iterable[int]], Iterable[int]]

PREDICT_ROWS = 1000  # at a time
BATCHES_AT_ONCE = 10  # between two looks at whether to stop: a third of a second at most


class Stopped(Exception):
    """Training was asked to stop before it had finished."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A trained model as its two files; `losses` are of each batch."""

    model: bytes
    weights: bytes
    losses: tuple[float, ...]


def use_threads(count: int) -> None:
    """How many cores TensorFlow may take. Settled by the first call: once it has run, they can't be changed."""
    if tf.config.threading.get_intra_op_parallelism_threads() != 0:
        return
    tf.config.threading.set_intra_op_parallelism_threads(count)
    tf.config.threading.set_inter_op_parallelism_threads(count)


def fit(
    family: Family,
    recipe: Recipe,
    sources: Sequence[Source],
    *,
    seed: int,
    resume: bytes | None = None,
    pull: float = 0.0,
    progress: Progress = iter,
    should_stop: Callable[[], bool] = lambda: False,
) -> Fitted:
    """Trains the family's model, from nothing or from the weights of `resume` (a `weights.npz`).

    `pull` holds the weights near those it began with; `progress` wraps the numbers of the batches.

    Raises:
        Stopped: `should_stop` said so.
        WrongWeights: `resume` is of another model.
        BadArtifact: `resume` can't be read.
    """
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    trainable = _trainable_for(family, recipe, pull, going_on=resume is not None)
    if resume is not None:
        set_weights(trainable.model, resume)
    trainable.begin(recipe)
    inputs, targets = _joined(sources, [_targets(trainable, source, recipe) for source in sources])
    losses: list[float] = []
    for done in progress(range(0, recipe.batches, BATCHES_AT_ONCE)):
        if should_stop():
            raise Stopped
        rows = draw_rows(sources, min(BATCHES_AT_ONCE, recipe.batches - done), recipe.batch_size, rng)
        losses += trainable.train(inputs, targets, rows).numpy().tolist()
    if recipe.average:
        trainable.optimizer.finalize_variable_values(trainable.model.trainable_variables)
    return Fitted(_converted(trainable.serve), weights_of(trainable.model), tuple(losses))


def part_way(family: Family, began_with: bytes, fitted: Fitted, share: float) -> Fitted:
    """The model whose weights have gone only this share of the way from where they began."""
    before, after = read_weights(began_with), read_weights(fitted.weights)
    model, serve = _served(family)
    set_weights(model, write_weights({name: w + share * (after[name] - w) for name, w in before.items()}))
    return Fitted(_converted(serve), weights_of(model), fitted.losses)


@dataclass(frozen=True, slots=True)
class _Trainable:
    """A family's model and what trains it, put together as one graph."""

    model: Any
    optimizer: Any
    began_with: Sequence[Any]  # its trainable variables as training found them
    train: Any  # (inputs by name, targets, rows (batches, rows)) -> each batch's loss
    predict: Any  # inputs by name -> probabilities
    serve: Any  # the graph that is published

    def begin(self, recipe: Recipe) -> None:
        """From the model's weights as they are, with an optimizer that has seen nothing yet."""
        for then, now in zip(self.began_with, self.model.trainable_variables, strict=True):
            then.assign(now)
        if recipe.schedule == "constant":
            self.optimizer.learning_rate = recipe.learning_rate


def _trainable_for(family: Family, recipe: Recipe, pull: float, going_on: bool) -> _Trainable:
    """Put together for this training; for going on, as kept from the time before: a graph takes seconds to make."""
    if not going_on or recipe.schedule != "constant" or recipe.average:
        return _put_together(family, recipe, pull, training=not going_on)
    # A few drawings say little of means and variances: those that batch norm knows stay as they are.
    trainable = _kept_trainable(family, replace(recipe, learning_rate=1.0), pull, training=False)
    for variable in trainable.optimizer.variables:
        variable.assign(tf.zeros_like(variable))
    return trainable


def _put_together(family: Family, recipe: Recipe, pull: float, training: bool) -> _Trainable:
    model = family.build_model()
    optimizer = _optimizer(recipe)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(model.trainable_variables)
    began_with = [tf.Variable(variable, trainable=False) for variable in model.trainable_variables]
    step = _make_step(model, optimizer, pull, began_with, training)
    return _Trainable(
        model, optimizer, began_with, _make_training(family, step), _make_predicting(model), _traced(model, family)
    )


_kept_trainable = functools.lru_cache(maxsize=len(FAMILIES))(_put_together)


def _joined(sources: Sequence[Source], targets: Sequence[Floats]) -> tuple[dict[str, Any], Any]:
    """All snapshots, one source after the other, and what is taught on each."""
    names = sources[0].snapshots.inputs
    inputs = {name: tf.concat([source.snapshots.inputs[name] for source in sources], 0) for name in names}
    return inputs, tf.concat(targets, 0)


def _make_training(family: Family, step: Any) -> Any:
    """Trains on several batches in one call, given the rows of each: (batches, rows).

    Batches are put together where they are trained on. From Python that took as long as a small model's training.
    """

    def batch(inputs: Any, targets: Any, rows: Any) -> Any:
        parts = {name: tf.gather(data, rows) for name, data in inputs.items()}
        scaled = {name: tf.cast(part, tf.float32) / SCALES.get(name, 1) for name, part in parts.items()}
        return scaled, tf.gather(targets, rows)

    def train(inputs: Any, targets: Any, rows: Any) -> Any:
        count = tf.shape(rows)[0]

        def one(number: Any, losses: Any) -> Any:
            return number + 1, losses.write(number, step(*batch(inputs, targets, rows[number])))

        told = tf.TensorArray(tf.float32, count)
        return tf.while_loop(lambda number, _: number < count, one, (0, told), parallel_iterations=1)[1].stack()

    arrays = {spec.name: tf.TensorSpec((None, *spec.shape), spec.compact) for spec in INPUT_SPECS[family.encoding]}
    signature = [arrays, tf.TensorSpec((None, CLASSES), tf.float32), tf.TensorSpec((None, None), tf.int32)]
    return tf.function(train, input_signature=signature, autograph=False)


def _make_step(model: Any, optimizer: Any, pull: float, began_with: Sequence[Any], training: bool) -> Any:
    def step(inputs: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            probabilities = model(inputs, training=training)
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(targets, probabilities))
            total = loss
            if pull:
                pairs = zip(model.trainable_variables, began_with, strict=True)
                total += pull * tf.add_n([tf.reduce_sum(tf.square(now - then)) for now, then in pairs])
        optimizer.apply(tape.gradient(total, model.trainable_variables))
        return loss

    return step


def _optimizer(recipe: Recipe) -> Any:
    rate: Any = recipe.learning_rate
    if recipe.schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(
            rate / 10 if recipe.warm_up else rate,
            recipe.batches - recipe.warm_up,
            alpha=0.01,
            warmup_target=rate if recipe.warm_up else None,
            warmup_steps=recipe.warm_up,
        )
    kept = {"use_ema": True, "ema_momentum": recipe.average} if recipe.average else {}
    match recipe.optimizer:
        case "sgd":
            return keras.optimizers.SGD(rate, **kept)
        case "adam":
            return keras.optimizers.Adam(rate, **kept)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **kept)


def opinions(family: Family, weights: bytes, snapshots: Snapshots) -> Floats:
    """What a trained model makes of each snapshot: probabilities (n, 10)."""
    model = family.build_model()
    set_weights(model, weights)
    return _predicted(_make_predicting(model), snapshots)


def _make_predicting(model: Any) -> Any:
    return tf.function(lambda inputs: model(inputs, training=False), autograph=False, reduce_retracing=True)


def _predicted(predict: Any, snapshots: Snapshots) -> Floats:
    """Many at a time."""
    starts = range(0, len(snapshots), PREDICT_ROWS)
    return np.concatenate([predict(snapshots.batch(slice(start, start + PREDICT_ROWS))).numpy() for start in starts])


def _targets(trainable: _Trainable, source: Source, recipe: Recipe) -> Floats:
    """What is taught on each snapshot, ten probabilities."""
    if source.keep:
        return _predicted(trainable.predict, source.snapshots)
    labels = np.eye(CLASSES, dtype=np.float32)[source.snapshots.labels]
    taught = labels * (1 - recipe.smoothing) + recipe.smoothing / CLASSES
    if source.opinions is not None:
        taught = taught * (1 - source.trust) + source.opinions * source.trust
    return np.asarray(taught, np.float32)


def weights_of(model: Any) -> bytes:
    """All the model's variables as `weights.npz`, in the order that Keras keeps them."""
    return write_weights({f"{i:03d}_{v.name}": v.numpy() for i, v in enumerate(model.weights)})


def set_weights(model: Any, weights: bytes) -> None:
    arrays = read_weights(weights)
    expected = {f"{i:03d}_{v.name}": tuple(v.shape) for i, v in enumerate(model.weights)}
    came = {name: array.shape for name, array in arrays.items()}
    if came != expected:
        raise WrongWeights(f"weights {came}, expected {expected}")
    model.set_weights([arrays[name] for name in expected])


def to_flatbuffer(model: Any, family: Family) -> bytes:
    """The model for LiteRT: a batch of one, inputs named as in `INPUT_SPECS`, large weights in 8 bits."""
    return _converted(_traced(model, family))


@functools.lru_cache(maxsize=len(FAMILIES))
def _served(family: Family) -> tuple[Any, Any]:
    """A model whose weights are to be set, and its graph."""
    model = family.build_model()
    return model, _traced(model, family)


def _traced(model: Any, family: Family) -> Any:
    """The graph that is published, for whatever weights the model has when it is converted."""
    specs = INPUT_SPECS[family.encoding]

    def serve(*tensors: Any) -> Any:
        return model({spec.name: t for spec, t in zip(specs, tensors, strict=True)}, training=False)

    signature = [tf.TensorSpec((1, *spec.shape), tf.float32, name=spec.name) for spec in specs]
    return tf.function(serve, autograph=False).get_concrete_function(*signature)


def _converted(traced: Any) -> bytes:
    # Frozen first: otherwise weights stay variables, which LiteRT reads as unset, or reads anew for 3 ms a snapshot.
    frozen = convert_variables_to_constants_v2(traced)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    # Of each output its own scale, sums in whole numbers: half the time of half precision, and as often right.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())
