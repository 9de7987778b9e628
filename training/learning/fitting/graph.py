"""Builds the graph that trains a family's model: model, optimizer, loss, and the loop over batches."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import INPUT_SPECS
from training.data.dataset import SCALES
from training.families.recipes import CLASSES, FAMILIES, Family, Recipe
from training.learning.fitting.conversion import trace
from training.learning.fitting.runtime import keras, tf

SYMBOL_DROPOUT = 0.15


@dataclass(frozen=True, slots=True)
class TrainingGraph:
    """A family's model with its optimizer and the traced functions that train it and predict with it."""

    model: Any
    trained: Any  # the model, or what has an auxiliary output beside its own
    optimizer: Any
    initial: Sequence[Any]  # the trainable variables at the start of training; L2-SP pulls toward them
    train: Any  # (inputs by name, targets, rows (batches, batch size)) -> loss of each batch
    predict: Any  # inputs by name -> probabilities and doubt (n, classes + 1)
    serve: Any  # the traced graph to publish
    untrained: Sequence[Any]  # the weights that the model was built with

    @property
    def state(self) -> list[NDArray[Any]]:
        """All that a batch changes but the states of dropout: weights, statistics of batch norm, optimizer."""
        return [variable.numpy() for variable in self._variables]

    def restore(self, state: Sequence[NDArray[Any]], seed: int) -> None:
        """Goes on from this state; the seed is dropout's."""
        for variable, value in zip(self._variables, state, strict=True):
            variable.assign(value)
        weights = {id(variable) for variable in self.trained.weights}
        rng = np.random.default_rng(seed)
        for variable in self.trained.variables:
            if id(variable) not in weights:
                variable.assign(rng.integers(2**31, size=variable.shape))

    @property
    def _variables(self) -> list[Any]:
        return [*self.trained.weights, *self.optimizer.variables]

    def begin_anew(self) -> None:
        """Back to the untrained weights, and to an optimizer without state."""
        self.model.set_weights(self.untrained)
        for variable in self.optimizer.variables:
            variable.assign(tf.zeros_like(variable))

    def start(self, recipe: Recipe) -> None:
        """Starts from the model's present weights, with an optimizer without state."""
        for initial, variable in zip(self.initial, self.model.trainable_variables, strict=True):
            initial.assign(variable)
        if recipe.schedule == "constant":
            self.optimizer.learning_rate = recipe.learning_rate


def training_graph(
    family: Family, recipe: Recipe, l2_sp: float, continued: bool, symbols: int = 0, classes: int = CLASSES
) -> TrainingGraph:
    """A new graph, or for continued training the cached one of the last time: building one takes seconds.

    With `symbols`, a number of classes, a training that is not continued tells them apart, too.
    """
    if not continued or recipe.schedule != "constant" or recipe.average:
        return _build(family, recipe, l2_sp, training=not continued, symbols=symbols, classes=classes)
    # Batch norm keeps its statistics (training=False): a few drawings give poor means and variances.
    graph = _cached_graph(family, replace(recipe, learning_rate=1.0), l2_sp, training=False)
    for variable in graph.optimizer.variables:
        variable.assign(tf.zeros_like(variable))
    return graph


def prediction_graph(model: Any) -> Any:
    """A traced function from inputs by name to probabilities and doubt (n, classes + 1); 0 where there is none."""

    def predict(inputs: Any) -> Any:
        outputs = model(inputs, training=False)
        digits = outputs["digits"]
        return tf.concat([digits, outputs.get("doubt", tf.zeros_like(digits[:, :1]))], 1)

    return tf.function(predict, autograph=False, reduce_retracing=True)


def _build(
    family: Family, recipe: Recipe, l2_sp: float, training: bool, symbols: int = 0, classes: int = CLASSES
) -> TrainingGraph:
    model = family.build_model(classes)
    trained = _with_symbols(model, symbols) if symbols else model
    optimizer = _optimizer(recipe)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    optimizer.build(trained.trainable_variables)
    initial = [tf.Variable(variable, trainable=False) for variable in model.trainable_variables]
    step = _train_step(trained, optimizer, recipe, l2_sp, initial, training, classes)
    return TrainingGraph(
        model, trained, optimizer, initial, _train_loop(family, step, classes), prediction_graph(model),
        trace(model, family), model.get_weights(),
    )  # fmt: skip


def _with_symbols(model: Any, classes: int) -> Any:
    """The model with one more output, `symbols` (n, classes), by a layer on its embedding."""
    embedding = keras.layers.Dropout(SYMBOL_DROPOUT)(model.output["embedding"])
    symbols = keras.layers.Dense(classes, activation="softmax", name="symbols")(embedding)
    return keras.Model(model.input, {**model.output, "symbols": symbols})


_cached_graph = functools.lru_cache(maxsize=len(FAMILIES))(_build)
_last_graph = functools.lru_cache(maxsize=1)(_build)


def reused_graph(family: Family, recipe: Recipe, classes: int) -> TrainingGraph:
    """As a new graph; the last one where it fits: cross-validation trains several times in a row."""
    graph = _last_graph(family, recipe, 0.0, training=True, classes=classes)
    graph.begin_anew()
    return graph


def _train_loop(family: Family, step: Any, classes: int) -> Any:
    """Trains on several batches in one call, given the rows of each: (batches, batch size).

    Batches are gathered inside the graph: in Python that took as long as training a small model.
    """

    def batch(inputs: Any, targets: Any, rows: Any) -> Any:
        parts = {name: tf.gather(data, rows) for name, data in inputs.items()}
        scaled = {name: tf.cast(part, tf.float32) / SCALES.get(name, 1) for name, part in parts.items()}
        return scaled, tf.gather(targets, rows)

    def train(inputs: Any, targets: Any, rows: Any) -> Any:
        count = tf.shape(rows)[0]

        def one(number: Any, losses: Any) -> Any:
            return number + 1, losses.write(number, step(*batch(inputs, targets, rows[number])))

        losses = tf.TensorArray(tf.float32, count)
        return tf.while_loop(lambda number, _: number < count, one, (0, losses), parallel_iterations=1)[1].stack()

    arrays = {spec.name: tf.TensorSpec((None, *spec.shape), spec.compact) for spec in INPUT_SPECS[family.encoding]}
    signature = [arrays, tf.TensorSpec((None, classes + 2), tf.float32), tf.TensorSpec((None, None), tf.int32)]
    return tf.function(train, input_signature=signature, autograph=False)


def _train_step(
    model: Any, optimizer: Any, recipe: Recipe, l2_sp: float, initial: Sequence[Any], training: bool, classes: int
) -> Any:
    def step(inputs: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = model(inputs, training=training)
            digits = targets[:, :classes]
            # The targets of what is no class are 0. TensorFlow's gradient supposes that they add up to 1, so these
            # snapshots are taken out by a weight.
            is_digit = tf.cast(tf.reduce_sum(digits, 1) > 0.5, tf.float32)
            loss = tf.reduce_mean(is_digit * keras.losses.categorical_crossentropy(digits, outputs["digits"]))
            total = loss
            if "doubt" in outputs:
                doubt = targets[:, classes : classes + 1]
                doubts = keras.losses.binary_crossentropy(tf.maximum(doubt, 0.0), outputs["doubt"])
                total += recipe.doubt_weight * tf.reduce_mean(tf.cast(doubt[:, 0] >= 0, tf.float32) * doubts)
            if "symbols" in outputs:
                symbol = targets[:, classes + 1]
                symbols = keras.losses.sparse_categorical_crossentropy(tf.maximum(symbol, 0.0), outputs["symbols"])
                total += recipe.symbol_weight * tf.reduce_mean(tf.cast(symbol >= 0, tf.float32) * symbols)
            if l2_sp:
                pairs = zip(model.trainable_variables, initial, strict=True)
                total += l2_sp * tf.add_n([tf.reduce_sum(tf.square(now - then)) for now, then in pairs])
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
    ema = {"use_ema": True, "ema_momentum": recipe.average} if recipe.average else {}
    match recipe.optimizer:
        case "sgd":
            return keras.optimizers.SGD(rate, **ema)
        case "adam":
            return keras.optimizers.Adam(rate, **ema)
        case "adamw":
            return keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **ema)
