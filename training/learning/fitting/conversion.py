"""Converts a Keras model to the two published files: `weights.npz` and the LiteRT flatbuffer."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.ink.encodings import INPUT_SPECS
from training.families.recipes import CLASSES, FAMILIES, Family, WrongWeights
from training.learning.fitting.runtime import convert_variables_to_constants_v2, tf
from training.models.artifact import read_weights, write_weights

Floats = NDArray[np.float32]

OUTPUTS = ("digits", "doubt", "embedding")  # distinguished by their shapes in the flatbuffer
LITTLE_DOUBT = -4.0  # logit: the doubt of a champion of an earlier release, which never learned any


def weights_of(model: Any) -> bytes:
    """All variables of the model as `weights.npz`, in Keras's order."""
    return write_weights({f"{i:03d}_{v.name}": v.numpy() for i, v in enumerate(model.weights)})


def set_weights(model: Any, weights: bytes) -> None:
    """Sets the model's variables from a `weights.npz`.

    Raises:
        WrongWeights: names or shapes differ from the model's.
        BadArtifact: the file can't be read.
    """
    expected = {f"{i:03d}_{v.name}": tuple(v.shape) for i, v in enumerate(model.weights)}
    arrays = _with_doubt(read_weights(weights), expected)
    found = {name: array.shape for name, array in arrays.items()}
    if found != expected:
        raise WrongWeights(f"weights {found}, expected {expected}")
    model.set_weights([arrays[name] for name in expected])


def set_body(model: Any, weights: bytes) -> None:
    """Sets all variables but those of the layer `digits` from a `weights.npz` of a model with other classes.

    Raises:
        WrongWeights: names or shapes differ from the model's.
        BadArtifact: the file can't be read.
    """
    head = {id(variable) for variable in model.get_layer("digits").weights}
    arrays = read_weights(weights)
    if len(arrays) != len(model.weights):
        raise WrongWeights(f"{len(arrays)} weights, expected {len(model.weights)}")
    for variable, (name, array) in zip(model.weights, arrays.items(), strict=True):
        if id(variable) in head:
            continue
        if array.shape != tuple(variable.shape):
            raise WrongWeights(f"{name} of shape {array.shape}, expected {tuple(variable.shape)}")
        variable.assign(array)


def _with_doubt(arrays: dict[str, Floats], expected: Mapping[str, tuple[int, ...]]) -> dict[str, Floats]:
    """The arrays, with a doubt that is always little where those of an earlier release have none.

    Its variables are the last two of a network, and of a softmax regression the eleventh output of each kernel.
    """
    made = dict(arrays)
    for name, shape in expected.items():
        array = arrays.get(name)
        if array is None and name in list(expected)[-2:]:
            made[name] = np.full(shape, LITTLE_DOUBT if len(shape) == 1 else 0.0, np.float32)
        elif array is not None and array.shape[-1] * (CLASSES + 1) == shape[-1] * CLASSES:
            by_output = array.reshape(*array.shape[:-1], -1, CLASSES)
            last = LITTLE_DOUBT if array.ndim == 1 else 0.0
            padding = [(0, 0)] * (by_output.ndim - 1) + [(0, 1)]
            made[name] = np.pad(by_output, padding, constant_values=last).reshape(shape)
    return made


def to_flatbuffer(model: Any, family: Family) -> bytes:
    """The model for LiteRT: a batch of one, inputs named as in `INPUT_SPECS`, large weights in 8 bits."""
    return convert(trace(model, family))


@functools.lru_cache(maxsize=len(FAMILIES))
def traced_model(family: Family) -> tuple[Any, Any]:
    """A model of the family, whose weights the caller sets, and its traced graph; tracing takes seconds."""
    model = family.build_model(CLASSES)
    return model, trace(model, family)


def trace(model: Any, family: Family) -> Any:
    """The graph to publish; it takes the model's weights at the time of conversion."""
    specs = INPUT_SPECS[family.encoding]

    def serve(*tensors: Any) -> Any:
        outputs = model({spec.name: t for spec, t in zip(specs, tensors, strict=True)}, training=False)
        return [outputs[name] for name in OUTPUTS if name in outputs]

    signature = [tf.TensorSpec((1, *spec.shape), tf.float32, name=spec.name) for spec in specs]
    return tf.function(serve, autograph=False).get_concrete_function(*signature)


def convert(traced: Any) -> bytes:
    # Frozen first: otherwise weights stay variables, which LiteRT reads as unset, or reads anew for 3 ms a snapshot.
    frozen = convert_variables_to_constants_v2(traced)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    # Dynamic-range quantization, 8-bit kernels: half the inference time of half precision at the same accuracy.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())
