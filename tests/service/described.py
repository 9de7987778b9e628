"""Checks every message that the tests receive against the schemas of which `docs/asyncapi.yaml` is made."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import jsonschema_rs
from websockets.sync.client import ClientConnection

from service.wire.message_schemas import RECEIVED, SENT


@cache
def validator(kind: str, sent_by_service: bool = True) -> Any:
    model, mode = (SENT[kind], "serialization") if sent_by_service else (RECEIVED[kind], "validation")
    return jsonschema_rs.validator_for(model.model_json_schema(mode=mode))  # type: ignore[arg-type]  # a literal


def check_received(text: str) -> None:
    """Fails if the service sent a message that its description doesn't have."""
    message = json.loads(text)
    kind = message.get("type")
    assert kind in SENT, f"a message of type {kind!r} is not described"
    errors = [f"{'.'.join(map(str, e.instance_path))}: {e.message}" for e in validator(kind).iter_errors(message)]
    assert errors == [], f"a {kind} that is not as described: {errors}"


class DescribedConnection(ClientConnection):
    """A client's connection on which every text is checked as it comes."""

    def recv(self, timeout: float | None = None, decode: bool | None = None) -> Any:
        message = super().recv(timeout, decode)
        if isinstance(message, str):
            check_received(message)
        return message
