"""Which version of a model answers at a running service."""

from __future__ import annotations

import json
import time

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infra.harness.service_process import RunningService

ANSWER_SECONDS = 10.0
SWAP_SECONDS = 15.0
ASK_AGAIN_SECONDS = 0.2


def ask_model(service: RunningService, family: str, snapshot: bytes) -> str:
    """The version that answers the snapshot, or the code of the error that does."""
    with connect(service.websocket_url, subprotocols=[Subprotocol("midstroke.v1")]) as socket:
        socket.send(json.dumps({"type": "hello", "family": family}))
        socket.send(snapshot)
        while True:
            answer = json.loads(socket.recv(ANSWER_SECONDS))
            if answer["type"] in ("prediction", "error"):
                return str(answer.get("model", answer.get("code")))


def wait_for_model(service: RunningService, family: str, snapshot: bytes, version: str) -> bool:
    """Whether that version comes to answer."""
    deadline = time.monotonic() + SWAP_SECONDS
    while time.monotonic() < deadline:
        if ask_model(service, family, snapshot) == version:
            return True
        time.sleep(ASK_AGAIN_SECONDS)
    return False
