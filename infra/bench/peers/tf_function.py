"""A peer: TensorFlow's `tf.function`, traced once, behind a POST of FastAPI.

python -m infra.bench.peers.tf_function PORT WEIGHTS
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import tensorflow as tf
import uvicorn
from fastapi import FastAPI, Request

from infra.bench.peers.regression import features_of, read_weights


def make_app(weights: Path) -> FastAPI:
    app, regression = FastAPI(), make_function(weights)

    @app.post("/predict")
    async def predict(request: Request) -> list[float]:
        probabilities = regression(tf.constant(features_of(await request.body()))).numpy()[0]
        return [float(p) for p in probabilities]

    return app


def make_function(weights: Path) -> Any:
    kernel, bias = (tf.constant(part) for part in read_weights(weights))

    @tf.function(input_signature=[tf.TensorSpec((1, 400), tf.float32)])  # type: ignore[untyped-decorator]  # no types
    def regression(features: Any) -> Any:
        return tf.nn.softmax(features @ kernel + bias)

    return regression


if __name__ == "__main__":
    uvicorn.run(make_app(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="warning")
