"""Makes `embedding.tflite` beside this file: python -m tests.service.personal.embedding_model

Tests of the service import no TensorFlow: it takes half a minute on a busy machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.families.recipes import Family, Recipe


def build_model(classes: int = 10) -> Any:
    import keras
    from keras import layers, ops

    inputs = {
        "points": keras.Input((48, 2), name="points"),
        "starts": keras.Input((48,), name="starts"),
        "canvas": keras.Input((2,), name="canvas"),
    }
    centred = inputs["points"] - ops.mean(inputs["points"], axis=1, keepdims=True)
    flat = layers.Flatten()(centred / 100) + 0 * ops.sum(inputs["starts"], axis=1, keepdims=True)
    flat = flat + 0 * ops.sum(inputs["canvas"], axis=1, keepdims=True)
    embedding = layers.Dense(16, kernel_initializer=keras.initializers.RandomNormal(seed=1))(flat)
    digits = layers.Dense(classes, activation="softmax", kernel_initializer="zeros")(embedding)
    return keras.Model(inputs, {"digits": digits, "embedding": embedding})


def main() -> None:
    from training.learning.fitting.conversion import to_flatbuffer

    recipe = Recipe("sgd", 0.1, "constant", batches=1, batch_size=1, copies=1)
    family = Family("path", "path48", build_model, recipe, None)
    (Path(__file__).parent / "embedding.tflite").write_bytes(to_flatbuffer(build_model(), family))


if __name__ == "__main__":
    main()
