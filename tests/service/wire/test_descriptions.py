"""`docs/asyncapi.yaml` and the messages that it describes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from infra.reference.asyncapi import FILE, asyncapi_description, asyncapi_text
from service.wire.message_schemas import SENT
from service.wire.protocol import ProtocolError, parse_text
from tests.service.conversation import greet, ink_frame, say
from tests.service.described import check_received, validator
from tests.service.fakes import TOKEN, contribution_record
from tests.service.serving import Service, receive

STROKES = {"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500, "strokes": [[[1, 2], [3, 4, 5]]]}


def test_the_committed_description_is_the_one_made_from_the_messages() -> None:
    assert FILE.read_text() == asyncapi_text(), "run python -m infra.reference.asyncapi"


def test_every_reference_of_the_description_leads_somewhere() -> None:
    document = yaml.safe_load(FILE.read_text())

    for reference in references(document):
        part: Any = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]
        assert part
    assert document["asyncapi"] == "3.0.0"
    assert document == asyncapi_description()


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in references(each)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [found for each in part.values() for found in references(each)]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "hello"},
        {"type": "hello", "family": None, "coalesce": False, "contributor": TOKEN, "personal": False},
        {"type": "hello", "families": ["path", "cnn"], "language": "fr"},
        STROKES,
        {**STROKES, "pen_width": 8.5, "strokes": []},
        {"type": "ping", "t": 1.5},
        {"type": "contribution", **contribution_record()},
    ],
    ids=lambda message: message["type"],
)
def test_a_message_that_is_described_is_understood(message: dict[str, Any]) -> None:
    if message.get("strokes") != []:
        parse_text(json.dumps(message))
    assert list(validator(message["type"], sent_by_service=False).iter_errors(message)) == []


@pytest.mark.parametrize(
    "message",
    [
        {"type": "hello", "families": "path"},
        {"type": "hello", "families": ["a", "b", "c", "d", "e"]},
        {"type": "hello", "contributor": "short"},
        {**STROKES, "drawing": -1},
        {**STROKES, "width": 0},
        {**STROKES, "pen_width": 65},
        {"type": "ping", "t": "now"},
    ],
    ids=str,
)
def test_a_message_that_is_refused_is_not_described(message: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        parse_text(json.dumps(message))

    assert list(validator(message["type"], sent_by_service=False).iter_errors(message))


def test_the_messages_of_a_session_have_exactly_the_fields_described(service: Service) -> None:
    with service.connect() as socket:
        welcome = greet(socket, contributor=TOKEN, family="cnn")
        socket.send(ink_frame())
        prediction = receive(socket)
        say(socket, type="contribution", **contribution_record())
        accepted = receive(socket)
        say(socket, type="contribution", **contribution_record(label=77))
        refused = receive(socket)
        say(socket, type="ping", t=1)
        pong = receive(socket)

    for message in (welcome, prediction, accepted, refused, pong):
        schema = SENT[message["type"]].model_json_schema(mode="serialization")
        assert set(message) == set(schema["properties"])


def test_a_message_that_is_not_as_described_fails_the_test_that_receives_it() -> None:
    with pytest.raises(AssertionError, match="not as described"):
        check_received('{"type": "pong"}')
    with pytest.raises(AssertionError, match="is not described"):
        check_received('{"type": "surprise"}')
