"""Symbol sets in a running service: apart from digits and from each other, and recognised from their first examples."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from collector.contribution.consent import SYMBOLS_CONSENT_VERSION
from collector.contribution.contributor import OPERATOR, contributor_id
from collector.contribution.layout import drawing_key
from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink, strokes_to_json
from collector.storage.symbol_sets import store_of, write_set
from collector.symbols.definition import from_record
from collector.symbols.symbol_set import SymbolClass, SymbolSet, add_class, retire
from collector.upload.uploader import Uploader
from infra.harness.champions import shipped_artifact
from service.admission.operator import Operator
from service.inference import live_models
from service.settings import Settings
from tests.collector.contributions import TOKEN, contribution_record
from tests.service.fakes import SEVEN
from tests.service.serving import KEY, WAIT_SECONDS, Service, receive, serving
from training.models.card import Classes
from training.models.registry import Registry

OPERATOR_TOKEN = "operator-of-the-tests"
ANN, BOB = "ann-draws-shapes-here", "bob-draws-shapes-here"


def circle(grown: float) -> Stroke:
    angles = [2 * math.pi * k / 24 for k in range(25)]
    return Stroke(tuple(Point(250 + 110 * grown * math.sin(a), 250 - 120 * grown * math.cos(a)) for a in angles))


def stairs(grown: float) -> Stroke:
    corners = [(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (3, 2), (3, 3)]
    return Stroke(tuple(Point(130 + 75 * grown * x, 140 + 70 * grown * y) for x, y in corners))


def arrow(grown: float) -> Stroke:
    corners = [(0, 2), (4, 2), (3, 1), (4, 2), (3, 3)]
    return Stroke(tuple(Point(110 + 70 * grown * x, 120 + 60 * grown * y) for x, y in corners))


SHAPES: dict[str, Callable[[float], Stroke]] = {"circle": circle, "stairs": stairs, "arrow": arrow}


def shapes(set_id: str = "shapes", **changes: Any) -> SymbolSet:
    classes = [{"id": class_id, "name": class_id.title()} for class_id in SHAPES]
    return from_record({"id": set_id, "name": set_id.title(), "classes": classes, **changes})


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("sets"), Settings(operator_token=OPERATOR_TOKEN)) as service:
        yield service


@pytest.fixture
def service(running: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """One service for all tests, each with a set of its own beginning: nothing of the former test is left."""
    # A second of the tests has more of the operator's calls than people make.
    monkeypatch.setattr(Operator, "admit", _without_limits(Operator.admit))
    monkeypatch.setattr(live_models, "FAMILIES_SECONDS", 0.0)  # a published family is seen at once
    write_set(running.store, shapes())
    running.sets.poll()
    yield running
    for key in list(running.store.keys("sets/")):
        running.store.delete(key)
    running.sets.poll()
    shutil.rmtree(running.baselines.parent / "sets")


def _without_limits(admit: Callable[[Operator, Any], None]) -> Callable[[Operator, Any], None]:
    def admit_any_number(operator: Operator, headers: Any) -> None:
        for bucket in (operator._calls, operator._wrong):
            bucket._tokens = 10.0
        admit(operator, headers)

    return admit_any_number


def greet(socket: ClientConnection, **hello: Any) -> Any:
    socket.send(json.dumps({"type": "hello", **hello}))
    while (message := receive(socket))["type"] not in ("welcome", "error") or "families" not in message:
        if message["type"] == "error":
            return message
    return message


def open_set(service: Service, socket: ClientConnection, set_id: str = "shapes", **hello: Any) -> Any:
    receive(socket)
    return greet(socket, set=set_id, **hello)


def ask(socket: ClientConnection, *strokes: Stroke) -> Any:
    sent = [[[p.x, p.y] for p in stroke.points] for stroke in strokes]
    socket.send(json.dumps({"type": "strokes", "drawing": 1, "seq": 1, "width": 500, "height": 500, "strokes": sent}))
    return receive(socket)


def give(socket: ClientConnection, label: str, token: str, **changes: Any) -> Any:
    """A small contribution: its samples show its strokes, the shape is in another drawing's place."""
    record = contribution_record(label=label, contributor=token, consent=SYMBOLS_CONSENT_VERSION, **changes)
    socket.send(json.dumps({"type": "contribution", **record}))
    return receive(socket)


def as_operator(service: Service, method: str, path: str, body: object = None) -> Any:
    headers = {"authorization": f"Bearer {OPERATOR_TOKEN}"}
    if body is not None:
        headers["content_type"] = "application/json"
    return service.call(method, path, None if body is None else json.dumps(body).encode(), **headers)


def post(service: Service, path: str, body: object) -> Any:
    return service.call("POST", path, json.dumps(body).encode(), content_type="application/json")


def give_examples(service: Service, each: int = 3) -> None:
    for label, shape in SHAPES.items():
        for number in range(each):
            strokes = strokes_to_json((shape(0.9 + 0.1 * number),))
            answer = as_operator(
                service, "POST", "/operator/sets/shapes/examples", {"label": label, "strokes": strokes}
            )
            assert answer.status == 201, answer.body


def test_todays_clients_see_digits_and_two_new_fields(service: Service) -> None:
    with service.connect() as socket:
        welcome = receive(socket)

        assert welcome["set"] == "digits"
        assert welcome["classes"] == [{"id": str(digit), "name": str(digit)} for digit in range(10)]
        assert len(ask(socket, circle(1.0))["probabilities"]) == 10


def test_digits_are_the_same_to_clients_that_name_the_set_and_to_those_that_know_none(service: Service) -> None:
    record = contribution_record(id="5d2f5c56-5a37-4c2c-9d7e-3c40d9a1e3aa")
    snapshot = {"width": 500, "height": 500, "strokes": strokes_to_json((stairs(1.0),))}
    answers = []
    for named, query in (({}, ""), ({"set": "digits"}, "?set=digits")):
        with service.connect() as socket:
            receive(socket)
            greet(socket, **named)
            read = ask(socket, stairs(1.0))
            socket.send(json.dumps({"type": "contribution", **record, **named}))
            accepted = receive(socket)
        predicted = post(service, f"/predict{query}", snapshot).json
        answers.append((read["model"], read["probabilities"], read["doubt"], accepted["receipt"], predicted))

    Uploader(service.spool, service.store).drain()

    assert answers[0] == answers[1]
    assert service.store.get(drawing_key(record["id"]))
    assert contributor_id(KEY, TOKEN) == json.loads(service.store.get(drawing_key(record["id"])))["contributor"]
    assert not list(service.store.keys("sets/digits/"))


def test_examples_by_the_operator_serve_everybody_at_once_and_mid_stroke(service: Service) -> None:
    give_examples(service)

    with service.connect() as socket:
        welcome = open_set(service, socket)
        finished = {label: ask(socket, shape(1.05)) for label, shape in SHAPES.items()}
        begun = {
            label: ask(socket, *cut_at_ink(Drawing("", (shape(1.05),)), 0.6).strokes) for label, shape in SHAPES.items()
        }

    order = [each["id"] for each in welcome["classes"]]
    for answers in (finished, begun):
        assert {label: order[_leading(answer)] for label, answer in answers.items()} == {each: each for each in SHAPES}
    assert {answer["personal"] for answer in finished.values()} == {0}
    assert not any(each.get("learning") for each in welcome["classes"])


def test_pictures_are_compared_with_examples_too(service: Service) -> None:
    give_examples(service)
    body = json.dumps({"strokes": strokes_to_json((stairs(1.0),))}).encode()

    by_strokes = service.call("POST", "/predict?set=shapes", body, content_type="application/json").json
    by_picture = service.call(
        "POST", "/predict?set=shapes&family=example-pictures", body, content_type="application/json"
    ).json

    assert (by_strokes["set"], by_strokes["label"], by_strokes["digit"]) == ("shapes", "stairs", None)
    assert by_picture["label"] == "stairs"


def test_a_visitors_own_drawings_serve_that_visitor_alone(service: Service) -> None:
    with service.connect() as ann, service.connect() as bob:
        open_set(service, ann, contributor=ANN)
        open_set(service, bob, contributor=BOB)
        given = give(ann, "stairs", ANN)
        drawn = Stroke((Point(60, 60), Point(256, 375), Point(437, 437)))

        mine, other = ask(ann, drawn), ask(bob, drawn)

    assert given["type"] == "accepted"
    assert given["contributions"]["by_label"] == [0, 1, 0]
    assert (_leading(mine), mine["personal"]) == (1, 1)
    assert mine["probabilities"][0] < 1e-3  # a class that nothing knows yet
    assert (other["personal"], set(other["probabilities"])) == (0, {0.33333})


def test_a_deleted_drawing_is_not_used_any_more(service: Service) -> None:
    with service.connect() as ann:
        open_set(service, ann, contributor=ANN)
        given = give(ann, "stairs", ANN)

        path, receipt = f"/contributions/{given['id']}", f"Bearer {given['receipt']}"
        seen = service.call("GET", path, authorization=receipt)
        deleted = service.call("DELETE", path, authorization=receipt)
        after = ask(ann, circle(1.0))

    assert seen.json["drawing"]["label"] == "stairs"
    assert seen.json["drawing"]["set"] == "shapes"
    assert deleted.status == 200
    assert after["personal"] == 0
    assert greet_counts(service) == [0, 0, 0]


def greet_counts(service: Service) -> list[int]:
    counts: list[int] = service.call("GET", "/model?set=shapes").json["contributions"]["by_label"]
    return counts


def test_an_unknown_set_is_named_with_those_that_there_are(service: Service) -> None:
    with service.connect() as socket:
        error = open_set(service, socket, "nope")
        assert (error["type"], error["code"]) == ("error", "unknown_set")
        assert "shapes" in error["message"]
        wrong = open_error(socket, 7)
        assert (wrong["type"], wrong["code"]) == ("error", "bad_hello")

    for path in ("/model?set=nope", "/sets/nope", "/model?set=../x"):
        answer = service.call("GET", path)
        assert (answer.status, answer.json["code"]) == (404, "unknown_set")
    assert service.call("GET", "/s/nope/").status == 404


def open_error(socket: ClientConnection, set_id: object) -> Any:
    socket.send(json.dumps({"type": "hello", "set": set_id}))
    return receive(socket)


@pytest.mark.parametrize("label", [0, "0", "nope", None, "Circle", "../circle", ["circle"]])
def test_a_contribution_names_a_class_of_its_set(service: Service, label: Any) -> None:
    with service.connect() as socket:
        open_set(service, socket)

        refused = give(socket, label, ANN)

    assert (refused["type"], refused["code"]) == ("refused", "bad_contribution")


def test_two_sets_never_mix(service: Service) -> None:
    write_set(service.store, shapes("marks"))
    service.sets.poll()
    give_examples(service)
    with service.connect() as socket:
        for set_id in ("shapes", "marks"):
            open_set(service, socket, set_id, contributor=ANN) if set_id == "shapes" else greet(
                socket, set=set_id, contributor=ANN
            )
            give(socket, "stairs", ANN)
        answer = ask(socket, circle(1.0))  # of marks, which has one drawing of one class
    digits = contribution_record(contributor=ANN)
    assert (
        service.call("POST", "/contributions", json.dumps(digits).encode(), content_type="application/json").status
        == 201
    )

    for set_id in ("shapes", "marks"):
        running = service.sets.running(set_id)
        assert running is not None
        Uploader(running.spool, store_of(service.store, set_id), symbols=partial(shapes, set_id)).drain()
    Uploader(service.spool, service.store).drain()

    keys = list(service.store.keys())
    assert f"drawings/v1/{digits['id']}.json" in keys
    assert sum(key.startswith("sets/marks/drawings/v1/") for key in keys) == 1
    assert sum(key.startswith("sets/shapes/drawings/v1/") for key in keys) == 10
    assert all("/samples/v1/stairs/" in key for key in keys if key.startswith("sets/marks/samples/"))
    assert (answer["personal"], _leading(answer)) == (1, 1)  # the circles of the other set are unknown here
    contributors = {
        key.split("contributors/v1/")[1].split("/")[0]: key.split("contributors/v1/")[0]
        for key in keys
        if "contributors/v1/" in key and OPERATOR not in key
    }
    assert len(contributors) == len(set(contributors)) >= 3  # nobody can tell that all three are Ann


def test_a_receipt_of_one_set_opens_nothing_in_another(service: Service) -> None:
    with service.connect() as socket:
        open_set(service, socket, contributor=ANN)
        given = give(socket, "stairs", ANN)
    before = service.call("GET", "/model").json["contributions"]["total"]
    digits = contribution_record(contributor=BOB, id=given["id"])
    assert (
        service.call("POST", "/contributions", json.dumps(digits).encode(), content_type="application/json").status
        == 201
    )

    path, receipt = f"/contributions/{given['id']}", f"Bearer {given['receipt']}"
    assert service.call("DELETE", path, authorization=receipt).status == 200

    assert service.call("GET", "/model").json["contributions"]["total"] == before + 1  # Bob's digit of the same id


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
    assert (_leading(answer), answer["probabilities"][2]) == (0, 0)


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


def test_a_page_under_s_is_that_of_the_set(service: Service) -> None:
    assert service.call("GET", "/s/shapes/js/main.js").status == 200
    assert service.call("GET", "/s/shapes/model").json["contributions"]["by_label"] == [0, 0, 0]
    assert service.call("GET", "/s/shapes/model/offline").status == 404


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


def shapes_record() -> list[dict[str, str]]:
    return [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]


def test_an_example_that_is_taken_back_is_not_used(service: Service) -> None:
    give_examples(service, 1)
    listed = as_operator(service, "GET", "/operator/sets/shapes/examples").json
    of_arrow = next(each["id"] for each in listed if each["label"] == "arrow")

    assert as_operator(service, "DELETE", f"/operator/sets/shapes/examples/{of_arrow}").status == 200

    with service.connect() as socket:
        welcome = open_set(service, socket)
        assert [each.get("learning", False) for each in welcome["classes"]] == [False, False, True]
        assert ask(socket, arrow(1.0))["probabilities"][2] == 0


def test_the_example_drawings_of_the_definition_serve_everybody(service: Service) -> None:
    classes = [
        {
            "id": label,
            "name": label,
            "example": {"width": 500, "height": 500, "strokes": strokes_to_json((shape(1.0),))},
        }
        for label, shape in SHAPES.items()
    ]
    made = as_operator(service, "POST", "/operator/sets", {"id": "drawn", "name": "Drawn", "classes": classes})
    running = service.sets.running("drawn")
    assert made.status == 201
    assert running is not None
    assert running.count_examples() == [1, 1, 1]

    with service.connect() as socket:
        open_set(service, socket, "drawn")
        assert [_leading(ask(socket, shape(1.1))) for shape in SHAPES.values()] == [0, 1, 2]


def test_a_model_of_the_sets_own_answers_and_examples_speak_for_classes_that_came_later(service: Service) -> None:
    classes = [{"id": f"digit-{digit}", "name": f"Digit {digit}"} for digit in range(9, -1, -1)]
    symbols = from_record({"id": "own", "name": "Own", "classes": classes})
    write_set(service.store, symbols)
    service.sets.poll()
    artifact = shipped_artifact("path")
    outputs = Classes("own", tuple(f"digit-{digit}" for digit in range(10)))  # in another order than the set
    registry = Registry(store_of(service.store, "own"))
    registry.publish(replace(artifact, card=replace(artifact.card, classes=outputs)), {})
    registry.promote("path", artifact.card.version, "test")

    service.sets.poll()
    with service.connect() as socket:
        welcome = open_set(service, socket, "own")
        seven = ask(socket, *SEVEN)
        write_set(service.store, retire(add_class(symbols, SymbolClass("stairs", "Stairs")), "digit-9"))
        service.sets.poll()
        for grown in (0.9, 1.0, 1.1):
            body = {"label": "stairs", "strokes": strokes_to_json((stairs(grown),))}
            assert as_operator(service, "POST", "/operator/sets/own/examples", body).status == 201
        changed = greet(socket, set="own")
        later = ask(socket, stairs(1.05))
        still = ask(socket, *SEVEN)

    assert welcome["models"][0]["family"] == "path"
    assert not any(each.get("learning") for each in welcome["classes"])
    assert (seven["family"], welcome["classes"][_leading(seven)]["id"]) == ("path", "digit-7")
    assert changed["classes"][_leading(later)]["id"] == "stairs"
    assert changed["classes"][_leading(still)]["id"] == "digit-7"
    assert len(still["probabilities"]) == 10
    assert service.call("GET", f"/models/path/{artifact.card.version}/card.json?set=own").status == 200


def test_a_model_of_another_set_is_not_served(service: Service) -> None:
    artifact = shipped_artifact("path")
    registry = Registry(store_of(service.store, "shapes"))
    registry.publish(artifact, {})  # of digits
    registry.promote("path", artifact.card.version, "test")

    service.sets.poll()

    scope = service.sets.find("shapes")
    assert scope is not None
    assert "path" not in scope.live.current.predictors


def _leading(answer: Any) -> int:
    probabilities = answer["probabilities"]
    return probabilities.index(max(probabilities))
