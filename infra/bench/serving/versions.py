"""Versions of a model with other predictions and the same cost, to swap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from ai_edge_litert.interpreter import Interpreter as LiteRT

from collector.ink.encodings import decode_payload
from service.inference.predictor import make_predictor
from service.wire.protocol import parse_binary
from service.wire.replies import encode_prediction
from training.models.artifact import Artifact, file_entries, golden_predictions
from training.models.interpreter import Interpreter


class NothingToChange(RuntimeError):
    """The flatbuffer does not hold its largest constant as one array of 8-bit integers."""


def make_versions(artifact: Artifact, count: int) -> list[Artifact]:
    """The artifact with its largest weights a little smaller each time, as `count` versions of a later day."""
    return [_version(artifact, number) for number in range(count)]


def _version(artifact: Artifact, number: int) -> Artifact:
    model = _scaled(artifact.model, 1 - 0.03 * number)
    card = artifact.card
    payloads = [golden.payload for golden in card.golden]
    changed = replace(
        card,
        version=f"20300101T{number:06d}Z-{number:06x}",
        files=file_entries(model, artifact.weights),
        golden=golden_predictions(Interpreter(model, card.encoding), card.encoding, payloads),
    )
    return Artifact(changed, model, artifact.weights)


def _scaled(model: bytes, by: float) -> bytes:
    litert = LiteRT(model_content=model, num_threads=1)
    litert.allocate_tensors()
    whole = [tensor for tensor in litert.get_tensor_details() if tensor["dtype"] is np.int8]
    largest = max(whole, key=lambda tensor: int(np.prod(tensor["shape"])))
    weights = litert.get_tensor(largest["index"])
    before, after = weights.tobytes(), np.round(weights * by).astype(np.int8).tobytes()
    if model.count(before) != 1:
        raise NothingToChange(f"{largest['name']} occurs {model.count(before)} times, expected once")
    return model.replace(before, after)


def answers(artifact: Artifact, frames: Sequence[bytes]) -> set[str]:
    """The probabilities of each frame, written as the service writes them."""
    predictor = make_predictor(artifact)
    found = set()
    for frame in frames:
        payload = parse_binary(frame).payload
        text = encode_prediction(predictor.predict(decode_payload(predictor.encoding, payload)), 0, 0)
        found.add(text[text.index("[") : text.index("]") + 1])
    return found
