"""Messages to wire: everything the server says, as text. Plain functions, no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from collector.contribution.contribution import CONSENT_TEXT, CONSENT_VERSION, LICENCE, SAMPLES_MAX, SAMPLES_MIN
from collector.ink.snapshot import MAX_CANVAS_SIDE
from service.inference.live_models import Served
from service.inference.predictor import Prediction, Predictor
from service.wire.protocol import MAX_MESSAGE_BYTES, MAX_POINTS, MAX_STROKES, SUBPROTOCOL, ProtocolError
from training.models.interpreter import CLASSES
from training.models.status import TrainerStatus

# Five places, no more than bars can show; one format of ten numbers takes half as long as ten formats.
PREDICTION = (
    '{"type":"prediction","drawing":%d,"seq":%d,"family":"%s","model":"%s","probabilities":['
    + ",".join(["%.5f"] * CLASSES)
    + "]}"
)


def encode(reply: dict[str, Any]) -> str:
    return json.dumps(reply, separators=(",", ":"))


def encode_prediction(prediction: Prediction, drawing: int, seq: int) -> str:
    """The reply that is sent thousands of times a second, so by hand: a fifth of what json.dumps takes."""
    return PREDICTION % (drawing, seq, prediction.family, prediction.model, *prediction.probabilities)


def encode_error(error: ProtocolError) -> str:
    reply: dict[str, Any] = {"type": "error", "code": error.code, "message": error.message}
    if error.drawing is not None:
        reply["drawing"] = error.drawing
    if error.seq is not None:
        reply["seq"] = error.seq
    return encode(reply)


def encode_changes(told: Served, served: Served) -> list[str]:
    """What a client that was `told` of one state of models and trainer is to be told of another."""
    texts = []
    if served.predictors != told.predictors:
        texts.append(_encode_models(tuple(served.predictors.values())))
    if served.trainer != told.trainer and served.trainer is not None:
        texts.append(_encode_trainer(served.trainer))
    return texts


@lru_cache(maxsize=1)  # hundreds of sockets are told the same
def _encode_models(predictors: tuple[Predictor, ...]) -> str:
    return encode({"type": "models", "models": _describe(predictors)})


@lru_cache(maxsize=1)
def _encode_trainer(trainer: TrainerStatus) -> str:
    return encode({"type": "trainer", **trainer.to_record()})


def describe_models(served: Served) -> list[dict[str, Any]]:
    """Every served family, best first."""
    return _describe(served.predictors.values())


def _describe(predictors: Iterable[Predictor]) -> list[dict[str, Any]]:
    return [
        {
            "family": predictor.card.family,
            "model": predictor.card.version,
            "encoding": predictor.card.encoding,
            "contract": predictor.card.contract,
            "best": place == 0,
            "drawings": predictor.card.trained_on.drawings,
            "metrics": {name: round(getattr(predictor.card.metrics, name), 4) for name in ("mean", "at_50", "at_100")},
        }
        for place, predictor in enumerate(predictors)
    ]


def describe_trainer(served: Served) -> dict[str, Any] | None:
    """What the trainer does; None while none has ever said so."""
    return None if served.trainer is None else served.trainer.to_record()


def encode_welcome(served: Served, families: tuple[str, ...], contributions: dict[str, Any], fps: float) -> str:
    return encode(
        {
            "type": "welcome",
            "protocol": SUBPROTOCOL,
            "models": describe_models(served),
            "families": families,
            "limits": {
                "message_bytes": MAX_MESSAGE_BYTES,
                "frames_per_second": fps,
                "canvas_side": MAX_CANVAS_SIDE,
                "samples_min": SAMPLES_MIN,
                "samples_max": SAMPLES_MAX,
                "strokes_max": MAX_STROKES,
                "points_max": MAX_POINTS,
            },
            "consent": {"version": CONSENT_VERSION, "licence": LICENCE, "text": CONSENT_TEXT},
            "contributions": contributions,
            "trainer": describe_trainer(served),
        }
    )
