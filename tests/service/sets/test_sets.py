"""Clients see symbol sets apart from digits and from each other."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest

from collector.contribution.contributor import OPERATOR, contributor_id
from collector.contribution.layout import drawing_key
from collector.ink.drawing import strokes_to_json
from collector.storage.symbol_sets import store_of, write_set
from collector.upload.uploader import Uploader
from tests.collector.contributions import TOKEN, contribution_record
from tests.service.serving import KEY, Service, receive
from tests.service.sets.shapes import (
    ANN,
    BOB,
    ask,
    circle,
    give,
    give_examples,
    greet,
    leading,
    open_error,
    open_set,
    post,
    shapes,
    stairs,
)


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


@pytest.mark.parametrize("label", [0, "0", "nope", None, "Circle", "../circle", ["circle"]])
def test_a_contribution_names_a_class_of_its_set(service: Service, label: Any) -> None:
    with service.connect() as socket:
        open_set(service, socket)

        refused = give(socket, label, ANN)

    assert (refused["type"], refused["code"]) == ("refused", "bad_contribution")


@pytest.mark.parametrize("named", [None, 7, ["digits"], True])
def test_a_contribution_whose_set_is_no_name_is_of_digits_only_without_one(service: Service, named: Any) -> None:
    record = {**contribution_record(), "set": named}

    by_http = service.call("POST", "/contributions", json.dumps(record).encode(), content_type="application/json").json
    with service.connect() as socket:
        receive(socket)
        socket.send(json.dumps({"type": "contribution", **record}))
        by_socket = receive(socket)

    expected = "accepted" if named is None else "refused"
    assert (by_http["type"], by_socket["type"]) == (expected, expected)


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
    assert (answer["personal"], leading(answer)) == (1, 1)  # the circles of the other set are unknown here
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


def test_a_page_under_s_is_that_of_the_set(service: Service) -> None:
    assert service.call("GET", "/s/shapes/js/main.js").status == 200
    assert service.call("GET", "/s/shapes/model").json["contributions"]["by_label"] == [0, 0, 0]
    assert service.call("GET", "/s/shapes/model/offline").status == 404
