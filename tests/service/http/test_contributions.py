from __future__ import annotations

import json

from service.wire.schemas import Refused
from tests.service.fakes import contribution_record
from tests.service.serving import Service


def test_a_contribution_sent_twice_is_a_duplicate(service: Service) -> None:
    body = json.dumps(contribution_record()).encode()

    first = service.call("POST", "/contributions", body, content_type="application/json")
    second = service.call("POST", "/contributions", body, content_type="application/json; charset=utf-8")

    assert (first.status, first.json["type"], first.json["duplicate"]) == (201, "accepted", False)
    assert (second.status, second.json["duplicate"]) == (200, True)


def test_an_invalid_contribution_is_refused_for_good(service: Service) -> None:
    body = json.dumps(contribution_record(label="seven")).encode()

    answer = service.call("POST", "/contributions", body, content_type="application/json")

    refused = Refused.model_validate(answer.json)
    assert (answer.status, refused.code, refused.retry) == (422, "bad_contribution", False)


def test_an_id_with_half_a_surrogate_pair_is_refused(service: Service) -> None:
    answer = service.call("POST", "/contributions", b'{"id": "\\ud800x"}', content_type="application/json")

    assert (answer.status, Refused.model_validate(answer.json).id) == (422, "?x")


def test_a_page_of_another_origin_may_not_contribute(service: Service) -> None:
    body = json.dumps(contribution_record()).encode()

    answer = service.call(
        "POST", "/contributions", body, content_type="application/json", origin="https://evil.example"
    )

    assert (answer.status, answer.json["code"]) == (403, "origin_not_allowed")
    assert service.spool.uploads.pending(1) == []
