"""A visitor who draws and contributes on one websocket."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from websockets.sync.client import ClientConnection

from collector.contribution.contributor import contributor_id
from collector.spool.spool import Spool
from tests.service.conversation import ask, frame, say
from tests.service.fakes import contribution_record
from tests.service.personal.conftest import PATH48_PAYLOAD
from tests.service.serving import KEY, WAIT_SECONDS, Service, receive

PATH48 = 4
OTHER = "another-browsers-token"
STROKES = {"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500}
Serve = Callable[[Service], str]


def snapshot(socket: ClientConnection, seq: int = 1) -> Any:
    return ask(socket, frame(PATH48, PATH48_PAYLOAD, seq))


def give(socket: ClientConnection, **changes: Any) -> Any:
    """Contributes a drawing like the snapshots; returns the acknowledgement with the drawing's record."""
    record = contribution_record(**changes)
    say(socket, type="contribution", **record)
    reply = receive(socket)
    assert reply["type"] == "accepted", reply
    return reply


def delete(service: Service, accepted: Any) -> None:
    answer = service.call("DELETE", f"/contributions/{accepted['id']}", Authorization=f"Bearer {accepted['receipt']}")
    assert answer.status == 200


def wait_for(socket: ClientConnection, personal: int) -> Any:
    """Asks until that many own drawings are used."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (answer := snapshot(socket))["personal"] != personal:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer


def leading(answer: Any) -> int:
    return max(range(10), key=answer["probabilities"].__getitem__)


def receive_hello(socket: ClientConnection, **hello: Any) -> Any:
    say(socket, type="hello", **hello)
    return receive(socket)


def accept(spool: Spool, token: str, **changes: Any) -> str:
    from collector.contribution.contribution import parse_contribution

    contribution = parse_contribution(contribution_record(contributor=token, **changes))
    return spool.accept(contribution, contributor_id(KEY, token)).id
