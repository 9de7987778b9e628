"""Asks a running service which version of a model answers."""

from __future__ import annotations

import json
import time

from infra.harness.clients.client import ANSWER_SECONDS, connected
from infra.harness.service_process import RunningService

SWAP_SECONDS = 15.0
POLL_SECONDS = 0.2


def ask_model(service: RunningService, family: str, snapshot: bytes) -> str:
    """The version that answers the snapshot, or the code of the error that does."""
    with connected(service) as socket:
        socket.send(json.dumps({"type": "hello", "family": family}))
        socket.send(snapshot)
        while True:
            answer = json.loads(socket.recv(ANSWER_SECONDS))
            if answer["type"] in ("prediction", "error"):
                return str(answer.get("model", answer.get("code")))


def wait_for_model(service: RunningService, family: str, snapshot: bytes, version: str) -> bool:
    """True if that version answers within SWAP_SECONDS."""
    deadline = time.monotonic() + SWAP_SECONDS
    while time.monotonic() < deadline:
        if ask_model(service, family, snapshot) == version:
            return True
        time.sleep(POLL_SECONDS)
    return False
