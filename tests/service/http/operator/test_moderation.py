"""The operator's calls over real HTTP: they need the token, take effect at once, and tell nobody else anything."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from collector.contribution.contributor import contributor_id
from collector.contribution.layout import hidden_key, tombstone_key
from collector.storage.symbol_sets import write_set
from collector.symbols.symbol_set import SymbolClass, SymbolSet
from collector.upload.uploader import Uploader
from service.intake import moderation
from tests.service.fakes import TOKEN, contribution_record
from tests.service.serving import KEY, Answer, Service

SECRET = "an-operator-of-tests"
AUTHORIZED = {"authorization": f"Bearer {SECRET}"}


@pytest.fixture
def service(start_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setattr(moderation, "WITHDRAWN_SECONDS", 0.0)
    return start_service(operator_token=SECRET)


def give(service: Service, **changes: Any) -> Answer:
    body = json.dumps(contribution_record() | changes).encode()
    return service.call("POST", "/contributions", body, content_type="application/json")


def stored(service: Service, **changes: Any) -> str:
    drawing = str(uuid.uuid4())
    assert give(service, id=drawing, **changes).status == 201
    Uploader(service.spool, service.store).drain()
    return drawing


def decide(service: Service, **decision: Any) -> Answer:
    body = json.dumps(decision).encode()
    headers = {"content_type": "application/json", **AUTHORIZED}
    return service.call("POST", "/operator/moderation/decisions", body, **headers)


def listed(service: Service, query: str = "") -> list[dict[str, Any]]:
    answer = service.call("GET", f"/operator/moderation/drawings{query}", None, **AUTHORIZED)
    assert answer.status == 200, answer.json
    assert answer.headers["cache-control"] == "no-store"
    return answer.json["drawings"]


def withdrawn(service: Service) -> list[str]:
    answer = service.call("GET", "/withdrawn.txt")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    return answer.body.decode().split()


def test_a_drawing_is_found_hidden_relabelled_and_deleted(service: Service) -> None:
    drawing = stored(service, label=7)
    (found,) = listed(service, "?label=7&state=shown")
    assert (found["id"], found["contributor"]) == (drawing, contributor_id(KEY, TOKEN))

    assert decide(service, action="hide", drawing=drawing, reason="not a digit").json == {"changed": True}
    assert decide(service, action="hide", drawing=drawing).json == {"changed": False}
    assert withdrawn(service) == [drawing]
    assert decide(service, action="unhide", drawing=drawing).json == {"changed": True}
    assert withdrawn(service) == []
    assert decide(service, action="relabel", drawing=drawing, label="1").json == {"changed": True}
    (found,) = listed(service, "?label=1")
    assert (found["asked"], found["label"], found["relabelled"]) == ("7", "1", True)

    assert decide(service, action="delete", drawing=drawing).json == {"changed": True}

    assert listed(service) == []
    assert withdrawn(service) == [drawing]
    assert give(service, id=drawing).status == 410
    assert [key for key in service.store.keys("") if drawing in key and "audit" not in key] == [tombstone_key(drawing)]
    audit = service.call("GET", "/operator/moderation/audit", None, **AUTHORIZED).json
    assert [line["action"] for line in audit] == ["delete", "relabel", "unhide", "hide"]
    assert (audit[1]["label_before"], audit[1]["label"], audit[3]["reason"]) == ("7", "1", "not a digit")


def test_every_set_is_offered_with_its_own_drawings(service: Service) -> None:
    shapes = SymbolSet("shapes", "Shapes", (SymbolClass("dot", "Dot"), SymbolClass("line", "Line")))
    write_set(service.store, shapes)
    write_set(service.store, replace(shapes, id="old", name="Old", is_retired=True))
    drawing = stored(service, label=7)

    sets = service.call("GET", "/operator/moderation/sets", None, **AUTHORIZED)

    assert sets.headers["cache-control"] == "no-store"
    retired = {each["id"]: each["retired"] for each in sets.json}
    assert retired == {"digits": False, "old": True, "shapes": False}
    assert [each["id"] for each in listed(service, "?set=digits")] == [drawing]
    assert listed(service, "?set=shapes") == []
    assert listed(service, "?set=old") == []
    assert decide(service, action="hide", drawing=drawing, set="shapes").status == 404


def test_a_blocked_contributor_gets_a_clear_refusal_and_others_do_not(service: Service) -> None:
    drawing = stored(service)
    contributor = contributor_id(KEY, TOKEN)

    assert decide(service, action="block", contributor=contributor).json == {"changed": True}

    answer = give(service)
    assert answer.status == 403
    assert (answer.json["type"], answer.json["code"], answer.json["retry"]) == ("refused", "blocked", False)
    assert "operator" in answer.json["message"]
    assert give(service, contributor="somebody-else-altogether").status == 201
    assert give(service, id=drawing).json["receipt"]  # an accepted drawing stays its contributor's to delete
    assert withdrawn(service) == [drawing]
    decide(service, action="unblock", contributor=contributor)
    assert give(service).status == 201


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ({"action": "hide", "drawing": "../../models"}, 404),
        ({"action": "hide", "drawing": "00000000-0000-0000-0000-000000000000"}, 404),
        ({"action": "hide"}, 422),
        ({"action": "block", "contributor": "x"}, 422),
        ({"action": "burn", "drawing": "x"}, 422),
        ({"action": "hide", "drawing": "x", "more": 1}, 422),
        ({"action": "hide", "drawing": "x", "set": "../x"}, 404),
        ({"action": "hide", "drawing": "x" * 5000}, 413),
    ],
)
def test_a_decision_about_nothing_is_refused(service: Service, decision: dict[str, Any], status: int) -> None:
    answer = decide(service, **decision)

    assert answer.status == status
    assert set(answer.json) == {"code", "message"}
    assert not list(service.store.keys("audit/"))


def test_nothing_is_reachable_without_the_token(service: Service) -> None:
    drawing = stored(service)
    body = json.dumps({"action": "hide", "drawing": drawing}).encode()
    calls = [
        ("GET", "/operator/moderation/sets", None),
        ("GET", "/operator/moderation/drawings", None),
        ("GET", "/operator/moderation/audit", None),
        ("POST", "/operator/moderation/decisions", body),
    ]

    for method, path, sent in calls:
        assert service.call(method, path, sent, content_type="application/json").status in (401, 429)  # guesses are few
        foreign = {**AUTHORIZED, "origin": "https://evil.example", "content_type": "application/json"}
        assert service.call(method, path, sent, **foreign).status == 403

    assert not list(service.store.keys(hidden_key("")))


def test_the_page_has_no_data_and_runs_nothing_inline(service: Service) -> None:
    answer = service.call("GET", "/operator/drawings")

    assert answer.status == 200
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.body.count(b"<script") == 1
    assert b'<script type="module" src=' in answer.body


@pytest.mark.unchanged_service
def test_without_an_operator_there_is_nothing_but_the_list_of_withdrawn_drawings(one_service: Service) -> None:
    for path in ("/operator/drawings", "/operator/moderation/drawings", "/operator/moderation/audit"):
        assert one_service.call("GET", path, None, **AUTHORIZED).status == 404
    assert withdrawn(one_service) == []
    assert one_service.call("GET", "/withdrawn.txt?set=nothing").status == 404
