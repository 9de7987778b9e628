"""A contributor asks for the states of many drawings at once."""

from __future__ import annotations

import json
import uuid

import pytest

from collector.contribution.layout import verdict_key
from service.http.schemas import DrawingStates, Error
from tests.service.fakes import contribution_record
from tests.service.http.receipts import by_receipt, give, upload
from tests.service.serving import Answer, Service


def ask_states(service: Service, *held: tuple[str, str]) -> Answer:
    body = {"receipts": [{"id": drawing, "receipt": receipt} for drawing, receipt in held]}
    return service.call("POST", "/contributions/states", json.dumps(body).encode(), content_type="application/json")


def test_the_states_of_many_drawings_come_in_one_answer(service: Service) -> None:
    records = [contribution_record() for _ in range(4)]
    held = [(record["id"], give(service, record).json["receipt"]) for record in records]
    waiting, kept, filtered, deleted = held
    by_receipt(service, "DELETE", *deleted)
    upload(service)
    service.store.put(verdict_key(filtered[0]), b"{}")
    late = contribution_record()
    held.append((late["id"], give(service, late).json["receipt"]))

    answer = ask_states(service, *held, (kept[0], waiting[1]), (str(uuid.uuid4()), "0" * 64))

    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    states = [(one.state, one.filtered) for one in DrawingStates.model_validate(answer.json).drawings]
    assert states == [
        ("kept", False),
        ("kept", False),
        ("kept", True),
        ("deleted", False),
        ("kept", False),
        ("unknown", False),
        ("unknown", False),
    ]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"receipts": []}', b'{"receipts": [{"id": 5}]}', b"\xff"])
def test_a_request_for_states_without_receipts_is_refused(service: Service, body: bytes) -> None:
    answer = service.call("POST", "/contributions/states", body, content_type="application/json")

    assert (answer.status, Error.model_validate(answer.json).code) == (422, "bad_request")


def test_guessing_receipts_by_states_is_slowed_down(service: Service) -> None:
    guesses = [(str(uuid.uuid4()), f"{n:064x}") for n in range(64)]

    assert ask_states(service, *guesses).status == 429


def test_a_page_of_another_origin_gets_no_states(service: Service) -> None:
    answer = service.call(
        "POST", "/contributions/states", b"{}", content_type="application/json", origin="https://evil.example"
    )

    assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")
