"""Contributions over a real websocket and over HTTP."""

from __future__ import annotations

import json
import time

import pytest

from collector.spool.group_commit import SpoolError
from service.intake.write_pause import REST_SECONDS
from tests.service.conversation import greet, ink_frame, say
from tests.service.fakes import TOKEN, contribution_record
from tests.service.serving import Service, receive, receive_all


def test_a_contribution_is_acknowledged_and_stored_once(service: Service) -> None:
    record = contribution_record()
    with service.connect() as socket:
        greet(socket, contributor=TOKEN)

        say(socket, type="contribution", **record)
        first = receive(socket)
        say(socket, type="contribution", **record)
        second = receive(socket)
        counts = json.loads(json.dumps(second["contributions"]))

    assert (first["type"], first["id"], first["duplicate"]) == ("accepted", record["id"], False)
    assert (second["use"], second["duplicate"]) == (first["use"], True)
    assert (counts["total"], counts["yours"]) == (1, 1)
    assert len(service.spool.uploads.pending(10)) == 1


def test_a_contribution_over_http_is_the_same_contribution(service: Service) -> None:
    record = contribution_record()
    body = json.dumps(record).encode()

    first = service.call("POST", "/contributions", body, content_type="application/json")
    with service.connect() as socket:
        receive(socket)
        say(socket, type="contribution", **record)
        second = receive(socket)

    assert (first.status, first.json["duplicate"]) == (201, False)
    assert (second["id"], second["duplicate"]) == (record["id"], True)


def test_contributions_are_accepted_again_once_the_disk_works(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, record = service.spool.accept, contribution_record()

    def fail(*_: object, **__: object) -> None:
        raise SpoolError("database or disk is full")

    with service.connect() as socket:
        receive(socket)
        monkeypatch.setattr(service.spool, "accept", fail)
        say(socket, type="contribution", **record)
        refused = receive(socket)
        monkeypatch.setattr(service.spool, "accept", accept)
        time.sleep(2 * REST_SECONDS)
        say(socket, type="contribution", **record)
        accepted = receive(socket)

    assert (refused["code"], refused["retry"]) == ("busy", True)
    assert accepted["type"] == "accepted"


def test_the_refusal_of_an_invalid_contribution_names_its_id(service: Service) -> None:
    with service.connect() as socket:
        receive(socket)

        say(socket, type="contribution", id="mine", label=11)
        refused = receive(socket)

    assert (refused["type"], refused["id"], refused["code"], refused["retry"]) == (
        "refused",
        "mine",
        "bad_contribution",
        False,
    )


def test_predictions_continue_while_contributions_are_stored(service: Service) -> None:
    with service.connect() as socket:
        greet(socket, coalesce=False)

        for number in range(5):
            say(socket, type="contribution", **contribution_record())
            socket.send(ink_frame(number))
        answers = receive_all(socket, 10)

    assert [a["seq"] for a in answers if a["type"] == "prediction"] == list(range(5))
    assert len([a for a in answers if a["type"] == "accepted"]) == 5


def test_the_welcome_counts_what_this_browser_gave(service: Service) -> None:
    service.call("POST", "/contributions", json.dumps(contribution_record()).encode(), content_type="application/json")

    with service.connect() as socket:
        welcome = greet(socket, contributor=TOKEN)

    assert (welcome["contributions"]["total"], welcome["contributions"]["yours"]) == (1, 1)
