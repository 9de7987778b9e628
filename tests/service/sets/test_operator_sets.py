"""The operator creates, changes and retires symbol sets; nobody else does."""

from __future__ import annotations

import json
from collections.abc import Callable

from websockets.sync.client import connect

from collector.storage.symbol_sets import write_set
from collector.symbols.symbol_set import SymbolClass, add_class, retire
from tests.service.serving import WAIT_SECONDS, Service, receive
from tests.service.sets.shapes import (
    OPERATOR_TOKEN,
    SHAPES,
    as_operator,
    ask,
    give,
    give_examples,
    greet,
    leading,
    open_set,
    shapes,
    shapes_record,
    stairs,
)


def test_a_changed_set_is_announced_before_the_next_answer(service: Service) -> None:
    give_examples(service, 1)
    with service.connect() as socket:
        open_set(service, socket)
        write_set(service.store, retire(add_class(shapes(), SymbolClass("dot", "Dot")), "circle"))
        service.sets.poll()

        messages = [receive(socket)]
        while messages[-1]["type"] != "classes":
            messages.append(receive(socket))
        answer = ask(socket, stairs(1.0))
        while answer["type"] != "prediction":
            answer = receive(socket)

    assert [each["id"] for each in messages[-1]["classes"]] == ["stairs", "arrow", "dot"]
    assert len(answer["probabilities"]) == 3
    assert (leading(answer), answer["probabilities"][2]) == (0, 0)


def test_a_retired_set_is_gone_and_keeps_what_was_drawn(service: Service) -> None:
    assert as_operator(service, "DELETE", "/operator/sets/shapes").status == 200

    assert service.sets.find("shapes") is None
    assert service.call("GET", "/s/shapes/").status == 404
    assert list(service.store.keys("sets/shapes/")) == ["sets/shapes/symbols.json"]


def test_a_set_that_is_retired_while_it_is_drawn_in_takes_nothing_more(service: Service) -> None:
    give_examples(service, 1)
    with connect(f"ws://127.0.0.1:{service.port}/s/shapes/ws", open_timeout=WAIT_SECONDS) as socket:
        assert receive(socket)["set"] == "shapes"
        assert as_operator(service, "DELETE", "/operator/sets/shapes").status == 200

        answer = ask(socket, stairs(1.0))
        refused = give(socket, "stairs", "a-browser-that-goes-on")
        socket.send(json.dumps({"type": "hello"}))
        error = receive(socket)
        write_set(service.store, shapes())
        service.sets.poll()
        welcome = greet(socket)

    assert answer["type"] == "prediction"
    assert (refused["type"], refused["retry"]) == ("refused", False)
    assert "set is unknown" in refused["message"]
    assert (error["type"], error["code"]) == ("error", "unknown_set")
    assert (welcome["set"], welcome["contributions"]["total"]) == ("shapes", len(SHAPES))


def test_names_stay_text_and_never_become_paths(service: Service) -> None:
    name = '<img src=x onerror="alert(1)">../../etc'
    made = as_operator(
        service,
        "POST",
        "/operator/sets",
        {"id": "odd", "name": name, "classes": [{"id": "a", "name": name}, {"id": "b", "name": "b"}]},
    )

    assert made.status == 201
    assert not [key for key in service.store.keys("sets/odd/") if "etc" in key]
    page = service.call("GET", "/s/odd/")
    assert (page.status, b"onerror" in page.body) == (200, False)
    with connect(f"ws://127.0.0.1:{service.port}/s/odd/ws", open_timeout=WAIT_SECONDS) as socket:
        welcome = receive(socket)
    assert (welcome["set"], welcome["name"]) == ("odd", name)


def test_the_operators_calls_answer_the_operator_alone(service: Service) -> None:
    for method, path in (("GET", "/operator/sets"), ("POST", "/operator/sets"), ("DELETE", "/operator/sets/shapes")):
        assert service.call(method, path).status == 401
        assert service.call(method, path, authorization="Bearer wrong").status == 401
        token = f"Bearer {OPERATOR_TOKEN}"
        assert service.call(method, path, authorization=token, origin="https://other.example").status == 403
    assert service.sets.find("shapes") is not None


def test_without_an_operator_nothing_of_the_operators_is_there(start_service: Callable[..., Service]) -> None:
    service = start_service()

    for method, path in (
        ("GET", "/operator/sets"),
        ("POST", "/operator/sets"),
        ("PUT", "/operator/sets/a"),
        ("POST", "/operator/sets/a/examples"),
    ):
        answer = service.call(method, path, authorization=f"Bearer {OPERATOR_TOKEN}", accept="text/html")
        assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert "/operator/sets" not in service.call("GET", "/openapi.json").json["paths"]


def test_wrong_definitions_and_examples_are_refused_with_the_reason(service: Service) -> None:
    cases = [
        ("POST", "/operator/sets", {"id": "x", "name": "X", "classes": []}, 422),
        ("POST", "/operator/sets", {"id": "shapes", "name": "X", "classes": [{"id": "a", "name": "a"}] * 2}, 422),
        ("PUT", "/operator/sets/shapes", {"id": "other", "name": "X", "classes": shapes_record()}, 422),
        ("POST", "/operator/sets", {"id": "shapes", "name": "X", "classes": shapes_record()}, 409),
        ("POST", "/operator/sets/shapes/examples", {"label": "nope", "strokes": [[[1, 2]]]}, 422),
        ("POST", "/operator/sets/shapes/examples", {"label": "circle", "strokes": []}, 422),
        ("POST", "/operator/sets/nope/examples", {"label": "circle", "strokes": [[[1, 2]]]}, 404),
    ]
    for method, path, body, status in cases:
        answer = as_operator(service, method, path, body)
        assert (answer.status, "message" in answer.json) == (status, True), answer.body
