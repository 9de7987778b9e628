"""Symbol sets are recognised from examples, from own drawings, and by models of their own."""

from __future__ import annotations

import json
from dataclasses import replace

from collector.ink.drawing import Drawing, Point, Stroke, cut_at_ink, strokes_to_json
from collector.storage.symbol_sets import store_of, write_set
from collector.symbols.definition import from_record
from collector.symbols.symbol_set import SymbolClass, add_class, retire
from infra.harness.champions import shipped_artifact
from tests.service.fakes import SEVEN
from tests.service.serving import Service, receive
from tests.service.sets.shapes import (
    ANN,
    BOB,
    SHAPES,
    arrow,
    as_operator,
    ask,
    circle,
    give,
    give_examples,
    greet,
    greet_counts,
    leading,
    open_set,
    stairs,
)
from training.models.card import Classes
from training.models.registry import Registry


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
        assert {label: order[leading(answer)] for label, answer in answers.items()} == {each: each for each in SHAPES}
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
    assert (leading(mine), mine["personal"]) == (1, 1)
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
        assert [leading(ask(socket, shape(1.1))) for shape in SHAPES.values()] == [0, 1, 2]


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
    assert (seven["family"], welcome["classes"][leading(seven)]["id"]) == ("path", "digit-7")
    assert changed["classes"][leading(later)]["id"] == "stairs"
    assert changed["classes"][leading(still)]["id"] == "digit-7"
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


def test_a_snapshot_that_waits_while_the_set_changes_is_answered_after_the_welcome(service: Service) -> None:
    strokes = strokes_to_json((stairs(1.0),))
    snapshot = {"type": "strokes", "drawing": 1, "width": 500, "height": 500, "strokes": strokes}

    with service.connect() as socket:
        receive(socket)
        # A client that sends them together; the answers need its new set's classes.
        for seq in (1, 2):
            socket.send(json.dumps({**snapshot, "seq": seq}))
        socket.send(json.dumps({"type": "hello", "set": "shapes", "contributor": ANN}))
        count, answered = 10, 0
        while answered != 2:
            message = receive(socket)
            if message["type"] == "welcome":
                count = len(message["classes"])
            elif message["type"] == "prediction":
                assert len(message["probabilities"]) == count
                answered = message["seq"]

    assert count == len(SHAPES)
