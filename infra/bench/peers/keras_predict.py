"""A peer: Keras' `model.predict` behind a POST of FastAPI, as tutorials have it.

python -m infra.bench.peers.keras_predict PORT WEIGHTS
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import keras
import uvicorn
from fastapi import FastAPI, Request

from infra.bench.peers.regression import features_of, read_weights


def make_app(weights: Path) -> FastAPI:
    app, model = FastAPI(), make_model(weights)

    @app.post("/predict")
    async def predict(request: Request) -> list[float]:
        probabilities = model.predict(features_of(await request.body()), verbose=0)[0]
        return [float(p) for p in probabilities]

    return app


def make_model(weights: Path) -> Any:
    model = keras.Sequential([keras.Input((400,)), keras.layers.Dense(10, activation="softmax")])
    model.set_weights(list(read_weights(weights)))
    return model


if __name__ == "__main__":
    uvicorn.run(make_app(Path(sys.argv[2])), port=int(sys.argv[1]), log_level="warning")
