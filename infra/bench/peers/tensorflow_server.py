"""Two peers behind a POST of FastAPI: Keras' `model.predict`, as tutorials use it, and a traced `tf.function`.

python -m infra.bench.peers.tensorflow_server PORT WEIGHTS {predict,function}
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import uvicorn
from fastapi import FastAPI, Request

from infra.bench.peers.regression import Array, features_of, read_weights

Predict = Callable[[Array], Any]  # (1, 400) to (1, 10)


def make_app(predict: Predict) -> FastAPI:
    app = FastAPI()

    @app.post("/predict")
    async def answer(request: Request) -> list[float]:
        return [float(p) for p in predict(features_of(await request.body()))[0]]

    return app


def keras_predict(weights: Path) -> Predict:
    model = keras.Sequential([keras.Input((400,)), keras.layers.Dense(10, activation="softmax")])
    model.set_weights(list(read_weights(weights)))
    return lambda features: model.predict(features, verbose=0)


def traced_function(weights: Path) -> Predict:
    kernel, bias = (tf.constant(part) for part in read_weights(weights))

    @tf.function(input_signature=[tf.TensorSpec((1, 400), tf.float32)])  # type: ignore[untyped-decorator]  # no types
    def regression(features: Any) -> Any:
        return tf.nn.softmax(features @ kernel + bias)

    return lambda features: regression(tf.constant(features)).numpy()


if __name__ == "__main__":
    make = {"predict": keras_predict, "function": traced_function}[sys.argv[3]]
    uvicorn.run(make_app(make(Path(sys.argv[2]))), port=int(sys.argv[1]), log_level="warning")
