"""Encodes changes of models and trainer for clients that know an earlier state."""

from __future__ import annotations

from functools import lru_cache

from service.inference.predictor import Predictor
from service.inference.served import Served
from service.wire.replies import encode_classes, encode_models, encode_trainer
from service.wire.schemas import describe_models, describe_set, describe_trainer
from training.models.status import TrainerStatus


def encode_changes(known: Served, served: Served) -> list[str]:
    """The messages that bring a client from `known` to `served`."""
    texts = []
    if served.symbols != known.symbols:  # first: predictions in their order follow
        texts.append(encode_classes(describe_set(served.symbols)))
    if served.predictors != known.predictors:
        texts.append(_encode_models(tuple(served.predictors.values())))
    if served.trainer != known.trainer and served.trainer is not None:
        texts.append(_encode_trainer(served.trainer))
    return texts


@lru_cache(maxsize=1)  # hundreds of sockets get the same text
def _encode_models(predictors: tuple[Predictor, ...]) -> str:
    return encode_models(describe_models(predictor.card for predictor in predictors))


@lru_cache(maxsize=1)
def _encode_trainer(status: TrainerStatus) -> str:
    return encode_trainer(describe_trainer(status))
