"""Converts a Keras model to the two published files: `weights.npz` and the LiteRT flatbuffer."""

from __future__ import annotations

import functools
from typing import Any

from collector.ink.encodings import INPUT_SPECS
from training.families.recipes import FAMILIES, Family, WrongWeights
from training.learning.fitting.runtime import convert_variables_to_constants_v2, tf
from training.models.artifact import read_weights, write_weights


def weights_of(model: Any) -> bytes:
    """All variables of the model as `weights.npz`, in Keras's order."""
    return write_weights({f"{i:03d}_{v.name}": v.numpy() for i, v in enumerate(model.weights)})


def set_weights(model: Any, weights: bytes) -> None:
    """Sets the model's variables from a `weights.npz`.

    Raises:
        WrongWeights: names or shapes differ from the model's.
        BadArtifact: the file can't be read.
    """
    arrays = read_weights(weights)
    expected = {f"{i:03d}_{v.name}": tuple(v.shape) for i, v in enumerate(model.weights)}
    found = {name: array.shape for name, array in arrays.items()}
    if found != expected:
        raise WrongWeights(f"weights {found}, expected {expected}")
    model.set_weights([arrays[name] for name in expected])


def to_flatbuffer(model: Any, family: Family) -> bytes:
    """The model for LiteRT: a batch of one, inputs named as in `INPUT_SPECS`, large weights in 8 bits."""
    return convert(trace(model, family))


@functools.lru_cache(maxsize=len(FAMILIES))
def traced_model(family: Family) -> tuple[Any, Any]:
    """A model of the family, whose weights the caller sets, and its traced graph; tracing takes seconds."""
    model = family.build_model()
    return model, trace(model, family)


def trace(model: Any, family: Family) -> Any:
    """The graph to publish; it takes the model's weights at the time of conversion."""
    specs = INPUT_SPECS[family.encoding]

    def serve(*tensors: Any) -> Any:
        return model({spec.name: t for spec, t in zip(specs, tensors, strict=True)}, training=False)

    signature = [tf.TensorSpec((1, *spec.shape), tf.float32, name=spec.name) for spec in specs]
    return tf.function(serve, autograph=False).get_concrete_function(*signature)


def convert(traced: Any) -> bytes:
    # Frozen first: otherwise weights stay variables, which LiteRT reads as unset, or reads anew for 3 ms a snapshot.
    frozen = convert_variables_to_constants_v2(traced)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    # Dynamic-range quantization, 8-bit kernels: half the inference time of half precision at the same accuracy.
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())
