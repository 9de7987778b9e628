"""One loop from arrays to a trained model, and from there to the two files that are published.

The only file that imports TensorFlow. Whoever imports this pays 3 s and 600 MB: the trainer does when training starts.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

# Read once, as TensorFlow loads: no banner, no note on every instruction set.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # the same sums in the same order, run after run

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from training.artifact import read_weights, write_weights
from training.dataset import SCALES, Snapshots
from training.encodings import INPUT_SPECS
from training.families import CLASSES, Family, Recipe, WrongWeights

for _noisy in ("tensorflow", "absl"):  # a line for every conversion, with a temporary path in it
    logging.getLogger(_noisy).setLevel(logging.ERROR)

Progress = Callable[[Iterable[int]], Iterable[int]]
Floats = NDArray[np.float32]

PREDICT_ROWS = 1000  # at a time
BATCHES_AT_ONCE = 10  # between two looks at whether to stop: a third of a second at most


class Stopped(Exception):
    """Training was asked to stop before it had finished."""


@dataclass(frozen=True, slots=True)
class Source:
    """Snapshots to draw batches from, and their share of each batch.

    With `keep`, what is taught on them is not their label but what the model said of them when training began;
    `opinions` (n, 10), probabilities by a teacher, are taught beside the labels.
    """

    snapshots: Snapshots
    share: float = 1.0
    keep: bool = False
    opinions: Floats | None = None


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
    model = family.build_model()
    if resume is not None:
        set_weights(model, resume)
    targets = [_targets(model, source, recipe) for source in sources]
    optimizer = _optimizer(recipe)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    # A few drawings say little of means and variances: those that batch norm knows stay as they are.
    train = _make_training(model, optimizer, pull, sources, targets, training=resume is None)
    losses: list[float] = []
    for done in progress(range(0, recipe.batches, BATCHES_AT_ONCE)):
        if should_stop():
            raise Stopped
        rows = _draw_rows(sources, min(BATCHES_AT_ONCE, recipe.batches - done), recipe.batch_size, rng)
        losses += train(rows).numpy().tolist()
    if recipe.average:
        optimizer.finalize_variable_values(model.trainable_variables)
    return Fitted(to_flatbuffer(model, family), weights_of(model), tuple(losses))


def part_way(family: Family, began_with: bytes, fitted: Fitted, share: float) -> Fitted:
    """The model whose weights have gone only this share of the way from where they began."""
    before, after = read_weights(began_with), read_weights(fitted.weights)
    model = family.build_model()
    set_weights(model, write_weights({name: w + share * (after[name] - w) for name, w in before.items()}))
    return Fitted(to_flatbuffer(model, family), weights_of(model), fitted.losses)


def _make_training(
    model: Any, optimizer: Any, pull: float, sources: Sequence[Source], targets: Sequence[Floats], training: bool
) -> Any:
    """Trains on several batches in one call, given the rows of each: (batches, rows) for every source.

    Batches are put together where they are trained on. From Python that took as long as a small model's training.
    """
    step = _make_step(model, optimizer, pull, training)
    feeds = [
        ({name: tf.constant(array) for name, array in source.snapshots.inputs.items()}, tf.constant(target))
        for source, target in zip(sources, targets, strict=True)
    ]

    def batch(rows: Any) -> Any:
        parts = [
            {name: tf.cast(tf.gather(data, chosen), tf.float32) / SCALES.get(name, 1) for name, data in inputs.items()}
            for (inputs, _), chosen in zip(feeds, rows, strict=True)
        ]
        taught = tf.concat([tf.gather(target, chosen) for (_, target), chosen in zip(feeds, rows, strict=True)], 0)
        return {name: tf.concat([part[name] for part in parts], 0) for name in parts[0]}, taught

    @tf.function(autograph=False, reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow ships no types
    def train(rows: Any) -> Any:
        count = tf.shape(rows[0])[0]

        def one(number: Any, losses: Any) -> Any:
            return number + 1, losses.write(number, step(*batch([chosen[number] for chosen in rows])))

        told = tf.TensorArray(tf.float32, count)
        return tf.while_loop(lambda number, _: number < count, one, (0, told), parallel_iterations=1)[1].stack()

    return train


def _make_step(model: Any, optimizer: Any, pull: float, training: bool) -> Any:
    optimizer.build(model.trainable_variables)
    began_with = [tf.constant(variable.numpy()) for variable in model.trainable_variables]

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
    return _predict(model, snapshots)


def _targets(model: Any, source: Source, recipe: Recipe) -> Floats:
    """What is taught on each snapshot, ten probabilities."""
    if source.keep:
        return _predict(model, source.snapshots)
    labels = np.eye(CLASSES, dtype=np.float32)[source.snapshots.labels]
    taught = labels * (1 - recipe.smoothing) + recipe.smoothing / CLASSES
    if source.opinions is not None:
        taught = taught * (1 - recipe.teaching) + source.opinions * recipe.teaching
    return np.asarray(taught, np.float32)


def _predict(model: Any, snapshots: Snapshots) -> Floats:
    predict = tf.function(lambda inputs: model(inputs, training=False), autograph=False, reduce_retracing=True)
    starts = range(0, len(snapshots), PREDICT_ROWS)
    return np.concatenate([predict(snapshots.batch(slice(start, start + PREDICT_ROWS))).numpy() for start in starts])


def _draw_rows(sources: Sequence[Source], batches: int, size: int, rng: np.random.Generator) -> list[NDArray[np.int32]]:
    """Rows drawn with replacement from each source by its share: (batches, rows) for each."""
    total = sum(source.share for source in sources)
    shares = [(len(source.snapshots), max(1, round(size * source.share / total))) for source in sources]
    # Batch by batch, so that the same seed gives the same batches however many are drawn at once.
    drawn = [[rng.integers(0, among, count) for among, count in shares] for _ in range(batches)]
    return [np.stack([batch[number] for batch in drawn]).astype(np.int32) for number in range(len(sources))]


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
    specs = INPUT_SPECS[family.encoding]

    def serve(*tensors: Any) -> Any:
        return model({spec.name: t for spec, t in zip(specs, tensors, strict=True)}, training=False)

    signature = [tf.TensorSpec((1, *spec.shape), tf.float32, name=spec.name) for spec in specs]
    traced = tf.function(serve, autograph=False).get_concrete_function(*signature)
    # Frozen first: otherwise weights stay variables, which LiteRT reads as unset, or reads anew for 3 ms a snapshot.
    frozen = convert_variables_to_constants_v2(traced)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    # Of each output its own scale, sums in whole numbers: half the time of half precision, and as often right.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())
